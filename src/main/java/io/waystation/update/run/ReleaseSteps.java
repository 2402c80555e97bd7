package io.waystation.update.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

import org.apache.camel.Exchange;

import io.waystation.github.GithubException;
import io.waystation.update.Platform;
import io.waystation.update.ReleasePlan;
import io.waystation.update.Subsystem;
import io.waystation.update.UpstreamVersion;
import io.waystation.update.change.Artefact;
import io.waystation.update.change.ManifestEntry;
import io.waystation.update.change.Packing;
import io.waystation.update.lint.TaskfileLint;
import io.waystation.update.release.FolderTarget;
import io.waystation.update.release.GithubTarget;
import io.waystation.update.release.NewRelease;
import io.waystation.update.release.ReleaseArtefact;
import io.waystation.update.release.ReleaseFiles;
import io.waystation.update.release.ReleaseManifest;
import io.waystation.update.release.ReleasePublisher;
import io.waystation.work.DeferException;
import io.waystation.work.operation.Operations;

/**
 * Bean {@code release}: the steps after the commit that give a proven version to others, which the routes
 * {@code update-package} and {@code update-release-...} call in their order.
 *
 * <p>Every step looks at what is there, so that a run that was killed repeats it. Stateless and thread-safe; steps block.
 */
public final class ReleaseSteps {
    private static final String FILES = "CamelWaystationReleaseFiles";
    private static final String PLACE = "CamelWaystationReleasePlace";
    private static final String RELEASE = "CamelWaystationRelease";
    private static final int SHOWN_DIGEST = 12;

    private final Changes changes;
    private final ReleasePublisher publisher;
    private final ReleaseTargets targets;
    private final Platform platform;
    private final Operations operations;
    private final FaultPoint fault;

    /**
     * What versions are released to.
     *
     * @param github releases on GitHub
     * @param folder a folder
     * @param packed where archives are kept until they are released
     * @param hub name of this hub
     */
    record ReleaseTargets(GithubTarget github, FolderTarget folder, Path packed, String hub) { }

    ReleaseSteps(Changes changes, ReleasePublisher publisher, ReleaseTargets targets, Platform platform, Operations operations, FaultPoint fault) {
        this.changes = changes;
        this.publisher = publisher;
        this.targets = targets;
        this.platform = platform;
        this.operations = operations;
        this.fault = fault;
    }

    /** Sets {@code release} to where the version goes ({@code none}, {@code github}, {@code folder}), {@code pack} to who packs it. */
    public void plan(Exchange exchange) {
        Subsystem subsystem = UpdateSteps.subsystem(exchange);
        ReleasePlan plan = subsystem.release();
        exchange.setProperty("release", plan.target().name().toLowerCase(Locale.ROOT));
        if (plan.target() == ReleasePlan.Target.NONE) {
            return;
        }
        if (!publisher.canSign()) {
            throw new UpdateException("no-signing-key", "Releases are signed, and waystation.releases.signing-key is not set.");
        }
        boolean task = plan.packing() == ReleasePlan.Packing.TASK
                || plan.packing() == ReleasePlan.Packing.AUTO && hasTask(subsystem.local().tasks() + ":package");
        exchange.setProperty("pack", task ? "task" : "own");
    }

    private boolean hasTask(String target) {
        try {
            return TaskfileLint.hasTarget(changes.project(), target);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Packs the binary in use, or takes the archive that the task made of it, and proves that it holds that binary. */
    public void pack(Exchange exchange) {
        Subsystem subsystem = UpdateSteps.subsystem(exchange);
        Artefact current = current(exchange);
        Path binary = changes.binary(subsystem);
        String name = subsystem.name() + "-" + platform.os() + "-" + platform.arch() + ".tar.gz";
        Path archive = targets.packed().resolve(subsystem.name()).resolve(current.sha256().substring(0, SHOWN_DIGEST)).resolve(name);
        if ("task".equals(exchange.getProperty("pack"))) {
            Packing.take(changes.project().resolve(".dist").resolve(name), binary.getFileName().toString(), current.sha256(), archive);
        } else if (!Files.isRegularFile(archive)) {
            Packing.pack(binary, current, archive);
        }
        try {
            exchange.setProperty(FILES, new ReleaseFiles(archive, Packing.digest(archive), Files.size(archive)));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        fault.reached("release-packed");
    }

    /** The binary in use, which is the version that was just committed. */
    private Artefact current(Exchange exchange) {
        ManifestEntry entry = changes.manifest().entry(UpdateSteps.subsystem(exchange).name());
        if (!entry.current().sameVersion(Artefact.of(UpdateSteps.wanted(exchange)))) {
            throw new UpdateException("not-current", "The version to be released is no longer the one in use.");
        }
        return entry.current();
    }

    /** GitHub: chooses a tag, and signs what will be announced. */
    public void prepareGithub(Exchange exchange) {
        ReleasePlan plan = UpdateSteps.subsystem(exchange).release();
        ReleaseFiles files = exchange.getProperty(FILES, ReleaseFiles.class);
        String base = label(exchange);
        String mark = "waystation " + targets.hub() + "/" + UpdateSteps.subsystem(exchange).name() + "/" + files.sha256();
        GithubTarget.Place wanted = new GithubTarget.Place(plan.repository(), base, base, mark);
        String tag = asking(exchange, github -> github.freeTag(wanted));
        GithubTarget.Place place = new GithubTarget.Place(plan.repository(), tag, base, mark);
        exchange.setProperty(PLACE, place);
        prepare(exchange, targets.github().address(place, files.name()));
    }

    /** GitHub: makes a draft, or finds the one that a killed hub has made. */
    public void draft(Exchange exchange) {
        asking(exchange, github -> github.draft(place(exchange)));
    }

    /** GitHub: uploads what the draft lacks. */
    public void upload(Exchange exchange) {
        asking(exchange, github -> {
            github.upload(place(exchange), exchange.getProperty(FILES, ReleaseFiles.class), publisher.prepare(release(exchange)).envelope());
            return null;
        });
    }

    /** GitHub: compares sizes and digests. */
    public void compare(Exchange exchange) {
        asking(exchange, github -> {
            github.compare(place(exchange), exchange.getProperty(FILES, ReleaseFiles.class), publisher.prepare(release(exchange)).envelope());
            return null;
        });
    }

    /** GitHub: publishes the draft. */
    public void publish(Exchange exchange) {
        asking(exchange, github -> {
            github.publish(place(exchange), exchange.getProperty(FILES, ReleaseFiles.class), publisher.prepare(release(exchange)).envelope());
            return null;
        });
    }

    /** A failure of GitHub that time heals costs no attempt: the run comes back when GitHub says so. */
    private <T> T asking(Exchange exchange, Function<GithubTarget, T> question) {
        try {
            return question.apply(targets.github());
        } catch (GithubException failed) {
            if (failed.retryAt().isPresent()) {
                operations.hold(exchange, failed.getMessage());
                throw new DeferException(failed.retryAt().get(), failed.getMessage());
            }
            throw new UpdateException("github-" + failed.code().name().toLowerCase(Locale.ROOT).replace('_', '-'), failed.getMessage());
        }
    }

    /** Folder: signs what will be announced, and puts the files there. */
    public void putFolder(Exchange exchange) {
        if (targets.folder() == null) {
            throw new UpdateException("no-base-url", "Nobody could fetch the release: set waystation.releases.base-url or waystation.public-url.");
        }
        ReleaseFiles files = exchange.getProperty(FILES, ReleaseFiles.class);
        String subsystem = UpdateSteps.subsystem(exchange).name();
        String place = place(exchange, files);
        prepare(exchange, targets.folder().address(subsystem, place, files.name()));
        targets.folder().put(subsystem, place, files, publisher.prepare(release(exchange)).envelope());
        fault.reached("release-published");
    }

    private void prepare(Exchange exchange, URI address) {
        Subsystem subsystem = UpdateSteps.subsystem(exchange);
        UpstreamVersion version = UpdateSteps.wanted(exchange);
        ReleaseFiles files = exchange.getProperty(FILES, ReleaseFiles.class);
        String minimum = subsystem.release().minimumCurrent();
        String upstream = changes.manifest().entry(subsystem.name()).upstreamRepo();
        exchange.setProperty(RELEASE, new NewRelease(subsystem.name(), version, upstream == null ? subsystem.upstreams().get(0).address() : upstream,
                minimum.isEmpty() ? null : minimum,
                List.of(new ReleaseArtefact(platform.os(), platform.arch(), files.name(), files.size(), files.sha256(), List.of(address)))));
        publisher.prepare(release(exchange));
        fault.reached("release-prepared");
    }

    /** Lets the signed release out: the route {@code release-announce} brings it to the log. */
    public void announce(Exchange exchange) {
        ReleaseManifest out = publisher.announce(release(exchange));
        fault.reached("release-announced");
        operations.result(exchange, Map.of("released", label(exchange), "serial", out.serial()));
        operations.log(exchange, "Released as number " + out.serial() + " of " + out.subsystem() + ": " + out.artefacts().get(0).urls().get(0));
        ReleaseFiles files = exchange.getProperty(FILES, ReleaseFiles.class);
        if (UpdateSteps.subsystem(exchange).release().target() == ReleasePlan.Target.FOLDER) {
            targets.folder().deleteOld(out.subsystem(), place(exchange, files));
        }
        keepNewest(targets.packed().resolve(out.subsystem()), files.archive().getParent());
    }

    /** Archives of releases that are out are not needed here any more. */
    private static void keepNewest(Path folder, Path newest) {
        try (var versions = Files.list(folder)) {
            for (Path old : versions.filter(version -> !version.equals(newest)).toList()) {
                try (var files = Files.list(old)) {
                    for (Path file : files.toList()) {
                        Files.delete(file);
                    }
                }
                Files.delete(old);
            }
        } catch (IOException stays) {
            // it goes with the next release
        }
    }

    /** What a release is called: {@code nats-v2.10.25}. */
    private static String label(Exchange exchange) {
        return UpdateSteps.subsystem(exchange).name() + "-" + UpdateSteps.wanted(exchange).label().replace('/', '-');
    }

    /** Name of a release's folder. */
    private static String place(Exchange exchange, ReleaseFiles files) {
        return label(exchange) + "-" + files.sha256().substring(0, SHOWN_DIGEST);
    }

    private static GithubTarget.Place place(Exchange exchange) {
        return exchange.getProperty(PLACE, GithubTarget.Place.class);
    }

    private static NewRelease release(Exchange exchange) {
        return exchange.getProperty(RELEASE, NewRelease.class);
    }
}
