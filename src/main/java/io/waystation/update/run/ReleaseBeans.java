package io.waystation.update.run;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;

import io.waystation.github.GithubClient;
import io.waystation.github.GithubSettings;
import io.waystation.github.ReleaseWriter;
import io.waystation.settings.Secret;
import io.waystation.settings.Settings;
import io.waystation.store.Meters;
import io.waystation.update.Platform;
import io.waystation.update.Subsystems;
import io.waystation.update.UpstreamSettings;
import io.waystation.update.change.Download;
import io.waystation.update.release.FolderTarget;
import io.waystation.update.release.GithubTarget;
import io.waystation.update.release.ReleaseInbox;
import io.waystation.update.release.ReleaseLedger;
import io.waystation.update.release.ReleasePublisher;
import io.waystation.update.release.ReleaseSettings;
import io.waystation.update.release.ReleaseVerifier;
import io.waystation.update.release.TrustedKeys;
import io.waystation.work.operation.Operations;

/** Binds {@code release}, {@code releaseFetch}, {@code releaseFiles} and {@code releaseInbox}. */
final class ReleaseBeans {
    private static final String TOKEN = "waystation.releases.github-token";

    private ReleaseBeans() {
    }

    static void bind(CamelContext context, Changes changes, Operations operations, FaultPoint fault, Clock clock) {
        Registry registry = context.getRegistry();
        Settings settings = Settings.of(context);
        ReleaseSettings releases = registry.lookupByNameAndType("releaseSettings", ReleaseSettings.class);
        ReleaseLedger ledger = registry.lookupByNameAndType("releaseLedger", ReleaseLedger.class);
        GithubTarget github = new GithubTarget(new ReleaseWriter(new GithubClient(github(registry, settings), clock)),
                registry.lookupByNameAndType("upstreamSettings", UpstreamSettings.class).forge(), fault::reached);
        FolderTarget folder = releases.baseUrl().map(base -> new FolderTarget(releases.folder().resolve("public"), base, releases.keep())).orElse(null);
        Path packed = releases.folder().resolve("packed");
        registry.bind("release", new ReleaseSteps(changes, registry.lookupByNameAndType("releasePublisher", ReleasePublisher.class),
                new ReleaseSteps.ReleaseTargets(github, folder, packed, releases.hub()), Platform.current(), operations, fault));
        registry.bind("releaseFetch", new ReleaseFetch(ledger, changes, downloads(releases), Platform.current()));
        registry.bind("releaseFiles", new ReleaseDownloads(folder));
        registry.bind("releaseInbox", new ReleaseInbox(ledger, registry.lookupByNameAndType("releaseVerifier", ReleaseVerifier.class),
                registry.lookupByNameAndType("releaseKeys", TrustedKeys.class), new ManifestSerials(changes),
                registry.lookupByNameAndType("subsystems", Subsystems.class), Meters.of(context), clock));
    }

    /** GitHub with the token that may release, which nothing else gets; without one, with the usual token. */
    private static GithubSettings github(Registry registry, Settings settings) {
        GithubSettings usual = registry.lookupByNameAndType("githubSettings", GithubSettings.class);
        Optional<Secret> token = settings.text(TOKEN)
                .map(reference -> Secret.resolve(TOKEN, reference, settings.flag("waystation.secrets.literal")));
        return new GithubSettings(usual.api(), token.or(usual::token), usual.timeout(), usual.uploads(), usual.uploadTimeout());
    }

    private static ReleaseFetch.Downloads downloads(ReleaseSettings releases) {
        Download.Limits usual = Download.Limits.USUAL;
        Download.Limits limits = new Download.Limits(usual.tries(), Duration.ofSeconds(1), usual.stall(), usual.total(), releases.plainHttp());
        String host = releases.from().map(from -> from.getScheme() + "://" + from.getAuthority()).orElse("");
        return new ReleaseFetch.Downloads(host, new Download(limits, releases.token()), new Download(limits, Optional.empty()));
    }

    /** Serials in the file that says what is installed. */
    private record ManifestSerials(Changes changes) implements ReleaseInbox.SerialMemory {
        @Override
        public long highest(String subsystem) {
            return changes.manifest().entry(subsystem).serial();
        }

        @Override
        public void accepted(String subsystem, long serial) {
            changes.manifest().change(subsystem, "release " + serial + " accepted", "waystation",
                    entry -> entry.edit().serial(Math.max(entry.serial(), serial)).done());
        }
    }
}
