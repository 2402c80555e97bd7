package io.waystation.update.run;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Secret;
import io.waystation.settings.Settings;
import io.waystation.settings.SettingsCheck;
import io.waystation.store.Store;
import io.waystation.update.Decider;
import io.waystation.update.Subsystem;
import io.waystation.update.Subsystems;
import io.waystation.update.change.CommandReload;
import io.waystation.update.change.ProcessCompose;
import io.waystation.update.change.ProcessChoice;
import io.waystation.update.change.ProcessControl;
import io.waystation.update.git.GitRemotes;
import io.waystation.update.git.SourceFolder;
import io.waystation.update.release.SignedDecisions;
import io.waystation.update.self.SelfControl;
import io.waystation.update.task.LaneCommands;
import io.waystation.work.RetrySchedule;
import io.waystation.work.operation.Operations;

/** Builds the beans of {@code routes/upstreams.camel.yaml}: {@code update}, {@code updates}, {@code upstreams},
 * {@code upstreamPoll}, {@code updateSource}, {@code updateOvertaking} and {@code updateJournal};
 * those about releases are {@link ReleaseBeans}'. */
public final class RunConfiguration implements CamelConfiguration, SettingsCheck {
    private static final String TOKEN = "waystation.update.supervisor-token";
    private static final String RECONCILE = "waystation.update.reconcile";
    private static final String RELOAD_TIMEOUT = "waystation.update.reload-timeout";

    @Override
    public void check(Settings settings) {
        HealthOptions.from(settings, lane -> null);
        settings.flag(RECONCILE);
        settings.duration(RELOAD_TIMEOUT);
        settings.number("waystation.update.concurrency", 1, 10_000); // from here on: what only the routes use
        RetrySchedule.of(settings, "waystation.update.retry");
        settings.duration("waystation.update.quiet");
        settings.duration("waystation.update.max-wait");
        settings.duration("waystation.update.reconcile-delay");
        settings.flag("waystation.update.poll");
        settings.positive("waystation.update.poll-period");
        settings.flag("waystation.update.build-network");
    }

    @Override
    public void configure(CamelContext context) throws Exception {
        Registry registry = context.getRegistry();
        Settings settings = Settings.of(context);
        Clock clock = Clock.systemUTC();
        Subsystems subsystems = registry.lookupByNameAndType("subsystems", Subsystems.class);
        LaneCommands commands = registry.lookupByNameAndType("laneCommands", LaneCommands.class);
        Path project = settings.path("waystation.update.project").toAbsolutePath().normalize();
        SelfControl self = new SelfControl(settings.path("waystation.data"), Optional.ofNullable(System.getProperty("waystation-home")).map(Path::of),
                () -> ownPackage(subsystems, project), settings.list("waystation.update.self-restart"),
                settings.duration(RELOAD_TIMEOUT));
        Changes changes = new Changes(subsystems, project, new ProcessChoice(SelfControl.PROCESS, self, control(settings, commands)),
                HealthOptions.from(settings, lane -> commands.in(lane, false)), clock);
        UpdateJournal journal = new UpdateJournal(registry.lookupByNameAndType("store", Store.class), clock);
        UpdateDecisions decisions = new UpdateDecisions(registry.lookupByNameAndType("decider", Decider.class),
                registry.lookupByNameAndType("signedDecisions", SignedDecisions.class), changes, journal, clock);
        registry.bind("updateJournal", journal);
        Updates updates = new Updates(subsystems, changes, decisions, journal, clock);
        registry.bind("updates", updates);
        registry.bind("upstreamPoll", new UpstreamPoll(updates, journal));
        registry.bind("updateSource", new SourceStep(changes, new SourceFolder(registry.lookupByNameAndType("gitRemotes", GitRemotes.class))));
        registry.bind("updateOvertaking", new Overtaking(subsystems, decisions, journal));
        registry.bind("upstreams", new UpstreamEvents(subsystems, settings.flag(RECONCILE)));
        Operations operations = registry.lookupByNameAndType(Operations.NAME, Operations.class);
        FaultPoint fault = new FaultPoint(settings.text("waystation.update.halt-at").orElse(""));
        ReleaseBeans.bind(context, changes, operations, fault, clock);
        registry.bind("update", new UpdateSteps(subsystems, changes, decisions, journal,
                operations, fault));
    }

    /** The package in use of the subsystem that is the hub itself. */
    private static Optional<Path> ownPackage(Subsystems subsystems, Path project) {
        return subsystems.all().stream().map(Subsystem::local).filter(local -> local.process().equals(SelfControl.PROCESS)).findFirst()
                .map(local -> project.resolve(local.folder()).resolve(".bin").resolve(Path.of(local.artefact()).getFileName()));
    }

    /** Who reloads other processes: a process supervisor's API, or a command. */
    private static ProcessControl control(Settings settings, LaneCommands commands) {
        Duration patience = settings.duration(RELOAD_TIMEOUT);
        String supervisor = settings.text("waystation.update.supervisor").orElse("");
        if (supervisor.isEmpty()) {
            List<String> command = settings.list("waystation.update.reload-command");
            if (command.isEmpty()) {
                throw new InvalidSettingException("waystation.update.reload-command", "must name a command where there is no supervisor");
            }
            return process -> new CommandReload(commands.in(lane(process), true), command, patience).reload(process);
        }
        try {
            return ProcessCompose.at(supervisor, settings.text(TOKEN)
                    .map(reference -> Secret.resolve(TOKEN, reference, settings.flag("waystation.secrets.literal"))), patience);
        } catch (IllegalArgumentException wrong) {
            throw new InvalidSettingException("waystation.update.supervisor", wrong.getMessage());
        }
    }

    private static String lane(String process) {
        return "reload-" + process.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "-");
    }
}
