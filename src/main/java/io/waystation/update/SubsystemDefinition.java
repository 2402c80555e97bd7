package io.waystation.update;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

import org.apache.camel.Exchange;

import io.waystation.event.EventHeaders;
import io.waystation.settings.Durations;
import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Settings;
import io.waystation.update.git.GitAddress;
import io.waystation.update.version.PrereleaseChannel;
import io.waystation.update.version.RefName;
import io.waystation.update.version.TagPattern;
import io.waystation.update.version.VersionRange;
import io.waystation.update.version.VersionScheme;

/**
 * The subsystem of one route of the template {@code upstream}; its properties are the template's parameters, where each is
 * described.
 *
 * <p>Everything is checked when the route starts: a mistyped range stops the start and never becomes a wrong decision.
 */
public final class SubsystemDefinition {
    private static final String BRANCHES = "refs/heads/";
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(?:-[a-z0-9]+)*");
    private static final Pattern VARIABLE = Pattern.compile("[A-Z][A-Z0-9_]{0,63}");
    private static final Pattern PATH = Pattern.compile("[A-Za-z0-9._][A-Za-z0-9._/-]{0,199}");
    private static final Pattern REPOSITORY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9_.-]{1,100}");
    private static final Pattern ASSET = Pattern.compile("(?:[A-Za-z0-9._+-]|\\{(?:tag|version|os|arch)\\}){1,200}");

    private Subsystems subsystems;
    private UpstreamSettings settings;
    private String name = "";
    private String repository = "";
    private String branch = "main";
    private String strategy = "tags";
    private String scheme = "semver";
    private String tagPattern = "*";
    private String range = "";
    private String prerelease = "none";
    private String cooldown = "0s";
    private String approval = "major";
    private String approvers = "";
    private String approvalDeadline = "7d";
    private String assets = "";
    private String assetWait = "30m";
    private String largestAsset = "1GiB";
    private String folder = "";
    private String tasks = "";
    private String versionVariable = "";
    private String artefact = "";
    private String process = "";
    private String health = "";
    private String dependents = "";
    private String mode = "auto";
    private String source = "task";
    private String release = "none";
    private String releaseRepository = "";
    private String pack = "auto";
    private String minimumCurrent = "";
    private Subsystem subsystem;

    /** Checks everything and makes the subsystem known. */
    public void start() {
        subsystem = build();
        subsystems.put(subsystem);
    }

    /** Takes the subsystem away, when its route goes. */
    public void stop() {
        if (subsystem != null) {
            subsystems.remove(subsystem);
        }
    }

    /**
     * Whether an event may be about what the subsystem follows: not a push to a branch where tags are followed, nor one to
     * another branch. What is not known to be something else counts; upstream is read anyway.
     */
    public boolean isConcernedBy(Exchange exchange) {
        String ref = exchange.getMessage().getHeader(EventHeaders.SUBJECT, "", String.class);
        if (!ref.startsWith(BRANCHES)) {
            return true;
        }
        return subsystem.selection().strategy() == Strategy.COMMITS && ref.equals(BRANCHES + branch);
    }

    /**
     * The subsystem as its properties describe it.
     *
     * @throws InvalidSettingException when one of them is wrong
     */
    public Subsystem build() {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidSettingException("subsystem '" + RefName.printable(name) + "'", "must be named by lower-case words joined by dashes");
        }
        List<Upstream> upstreams = list(repository).stream().map(this::upstream).toList();
        if (upstreams.isEmpty()) {
            throw invalid("repository", repository, "is not set");
        }
        Selection selection = selection();
        if (selection.strategy() == Strategy.RELEASES && upstreams.stream().anyMatch(u -> u.repository().isEmpty())) {
            throw invalid("repository", repository, "tells no owner/name to ask for releases; write owner/name=address");
        }
        return new Subsystem(name, upstreams, selection, policy(), local(), plan());
    }

    private Upstream upstream(String text) {
        GitAddress address = read("repository", text, t -> GitAddress.of(t, settings.forge().toString(), settings.files()));
        RefName.problem(branch).ifPresent(problem -> {
            throw invalid("branch", branch, problem);
        });
        return new Upstream(address.address(), address.repository(), branch);
    }

    private Selection selection() {
        Strategy followed = oneOf("strategy", strategy, Strategy.class);
        AssetRule files = new AssetRule(list(assets), duration("assetWait", assetWait), size());
        files.names().stream().filter(n -> !ASSET.matcher(n).matches()).findFirst().ifPresent(n -> {
            throw invalid("assets", n, "is no file name, with {tag}, {version}, {os} and {arch} where they vary");
        });
        return new Selection(
                followed,
                oneOf("scheme", scheme, VersionScheme.class),
                read("tagPattern", tagPattern, TagPattern::of),
                read("range", range, VersionRange::of),
                read("prerelease", prerelease, PrereleaseChannel::of),
                files);
    }

    private UpdatePolicy policy() {
        Set<ApprovalStep> steps = EnumSet.noneOf(ApprovalStep.class);
        list(approval).stream().filter(step -> !step.equals("none")).forEach(s -> steps.add(oneOf("approval", s, ApprovalStep.class)));
        Duration deadline = duration("approvalDeadline", approvalDeadline);
        Duration age = duration("cooldown", cooldown);
        if (!steps.isEmpty() && deadline.compareTo(age) <= 0) {
            throw invalid("approvalDeadline", approvalDeadline, "must be longer than the cooldown");
        }
        return new UpdatePolicy(age, steps, list(approvers), deadline);
    }

    private LocalParts local() {
        String prefix = tasks.isBlank() ? name : tasks;
        String variable = versionVariable.isBlank() ? name.toUpperCase(Locale.ROOT).replace('-', '_') + "_VERSION" : versionVariable;
        List<String> after = list(dependents);
        for (String each : after) {
            matching("dependents", each, NAME, "must be names of subsystems or processes, lower-case words joined by dashes");
        }
        matching("tasks", prefix, NAME, "must be lower-case words joined by dashes");
        matching("versionVariable", variable, VARIABLE, "must be an upper-case name such as NATS_VERSION");
        return new LocalParts(
                path("folder", folder.isBlank() ? name : folder),
                prefix,
                variable,
                path("artefact", artefact.isBlank() ? ".bin/" + name : artefact),
                process,
                health,
                after,
                oneOf("mode", mode, Mode.class),
                oneOf("source", source, Source.class) == Source.HUB);
    }

    private enum Source { TASK, HUB }

    private ReleasePlan plan() {
        ReleasePlan.Target target = oneOf("release", release, ReleasePlan.Target.class);
        if (target == ReleasePlan.Target.GITHUB) {
            matching("releaseRepository", releaseRepository, REPOSITORY, "must be owner/name");
        }
        if (!minimumCurrent.isEmpty()) {
            RefName.problem(minimumCurrent).ifPresent(problem -> {
                throw invalid("minimumCurrent", minimumCurrent, problem);
            });
        }
        return new ReleasePlan(target, releaseRepository, oneOf("pack", pack, ReleasePlan.Packing.class), minimumCurrent);
    }

    private String path(String parameter, String text) {
        matching(parameter, text, PATH, "must be a relative path of plain names");
        if (Arrays.asList(text.split("/")).contains("..")) {
            throw invalid(parameter, text, "must not lead out of its folder");
        }
        return text;
    }

    private void matching(String parameter, String text, Pattern pattern, String problem) {
        if (!pattern.matcher(text).matches()) {
            throw invalid(parameter, text, problem);
        }
    }

    private long size() {
        return Settings.of(Map.of(parameter("largestAsset"), largestAsset)).bytes(parameter("largestAsset"));
    }

    private Duration duration(String parameter, String text) {
        return read(parameter, text, t -> {
            try {
                return Durations.parse(t);
            } catch (IllegalArgumentException malformed) {
                throw new IllegalArgumentException("must be a duration with its unit, such as 30m or 3d", malformed);
            }
        });
    }

    private <T> T read(String parameter, String text, Function<String, T> reader) {
        try {
            return reader.apply(text);
        } catch (IllegalArgumentException malformed) {
            throw invalid(parameter, text, malformed.getMessage());
        }
    }

    private <E extends Enum<E>> E oneOf(String parameter, String text, Class<E> type) {
        return Arrays.stream(type.getEnumConstants()).filter(e -> e.name().equalsIgnoreCase(text.trim())).findFirst()
                .orElseThrow(() -> invalid(parameter, text,
                        "must be one of " + Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT)));
    }

    private static List<String> list(String text) {
        return Arrays.stream(text.split(",")).map(String::trim).filter(item -> !item.isEmpty()).toList();
    }

    private InvalidSettingException invalid(String parameter, String text, String problem) {
        return new InvalidSettingException(parameter(parameter) + " '" + RefName.printable(text) + "'", problem);
    }

    private String parameter(String parameter) {
        return "subsystem " + name + ": " + parameter;
    }

    /** Where the subsystem becomes known. */
    public void setSubsystems(Subsystems subsystems) {
        this.subsystems = subsystems;
    }

    /** How upstreams are reached. */
    public void setSettings(UpstreamSettings settings) {
        this.settings = settings;
    }

    /** Name, lower-case words joined by dashes. */
    public void setName(String name) {
        this.name = name;
    }

    /** Upstreams, the preferred first, comma-separated: owner/name, an https or ssh address, or owner/name=address. */
    public void setRepository(String repository) {
        this.repository = repository;
    }

    /** Branch followed by the strategy commits. */
    public void setBranch(String branch) {
        this.branch = branch;
    }

    /** tags, commits, releases or signed. */
    public void setStrategy(String strategy) {
        this.strategy = strategy;
    }

    /** semver or calendar. */
    public void setScheme(String scheme) {
        this.scheme = scheme;
    }

    /** Which tags are versions; see {@link TagPattern}. */
    public void setTagPattern(String tagPattern) {
        this.tagPattern = tagPattern;
    }

    /** Versions it may have; empty for all. */
    public void setRange(String range) {
        this.range = range;
    }

    /** none, any, or names such as beta,rc. */
    public void setPrerelease(String prerelease) {
        this.prerelease = prerelease;
    }

    /** How old a version must be. */
    public void setCooldown(String cooldown) {
        this.cooldown = cooldown;
    }

    /** Steps a person approves: none, or some of major, minor, prerelease, all. */
    public void setApproval(String approval) {
        this.approval = approval;
    }

    /** Names of those who may approve, comma-separated; empty for everybody with the role. */
    public void setApprovers(String approvers) {
        this.approvers = approvers;
    }

    /** How long an approval is waited for. */
    public void setApprovalDeadline(String approvalDeadline) {
        this.approvalDeadline = approvalDeadline;
    }

    /** Files a release must have, comma-separated. */
    public void setAssets(String assets) {
        this.assets = assets;
    }

    /** How long a release may lack them. */
    public void setAssetWait(String assetWait) {
        this.assetWait = assetWait;
    }

    /** Size each of them may have at most. */
    public void setLargestAsset(String largestAsset) {
        this.largestAsset = largestAsset;
    }

    /** Its folder; empty for its name. */
    public void setFolder(String folder) {
        this.folder = folder;
    }

    /** Prefix of its tasks; empty for its name. */
    public void setTasks(String tasks) {
        this.tasks = tasks;
    }

    /** Environment variable of the version; empty for NAME_VERSION. */
    public void setVersionVariable(String versionVariable) {
        this.versionVariable = versionVariable;
    }

    /** The file that is swapped; empty for .bin/NAME. */
    public void setArtefact(String artefact) {
        this.artefact = artefact;
    }

    /** Its name in the process supervisor; empty when nothing is reloaded. */
    public void setProcess(String process) {
        this.process = process;
    }

    /** Command or URL that tells whether it works. */
    public void setHealth(String health) {
        this.health = health;
    }

    /** Subsystems to reload after it, comma-separated. */
    public void setDependents(String dependents) {
        this.dependents = dependents;
    }

    /** dev, user or auto. */
    public void setMode(String mode) {
        this.mode = mode;
    }

    /** Sets who brings the source to a version: task or hub. */
    public void setSource(String source) {
        this.source = source;
    }

    /** none, github or folder. */
    public void setRelease(String release) {
        this.release = release;
    }

    /** owner/name that releases on GitHub go to. */
    public void setReleaseRepository(String releaseRepository) {
        this.releaseRepository = releaseRepository;
    }

    /** task, own or auto. */
    public void setPack(String pack) {
        this.pack = pack;
    }

    /** Oldest installed version that may go to a new one directly; empty for all. */
    public void setMinimumCurrent(String minimumCurrent) {
        this.minimumCurrent = minimumCurrent;
    }
}
