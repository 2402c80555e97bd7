package io.waystation.update.run;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;

import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Secret;
import io.waystation.settings.Settings;
import io.waystation.store.Store;
import io.waystation.update.Decider;
import io.waystation.update.Subsystems;
import io.waystation.update.change.CommandReload;
import io.waystation.update.change.ProcessCompose;
import io.waystation.update.change.ProcessControl;
import io.waystation.update.task.LaneCommands;
import io.waystation.work.operation.Operations;

/** Builds the beans of {@code routes/upstreams.camel.yaml}: {@code update}, {@code updates}, {@code upstreams},
 * {@code updateOvertaking} and {@code updateJournal}. */
public final class RunConfiguration implements CamelConfiguration {
    private static final String TOKEN = "waystation.update.supervisor-token";

    @Override
    public void configure(CamelContext context) throws Exception {
        Registry registry = context.getRegistry();
        Settings settings = Settings.of(context);
        Clock clock = Clock.systemUTC();
        Subsystems subsystems = registry.lookupByNameAndType("subsystems", Subsystems.class);
        LaneCommands commands = registry.lookupByNameAndType("laneCommands", LaneCommands.class);
        Path project = settings.path("waystation.update.project").toAbsolutePath().normalize();
        Changes changes = new Changes(project, control(settings, commands),
                HealthOptions.from(settings, lane -> commands.in(lane, false)), clock);
        UpdateJournal journal = new UpdateJournal(registry.lookupByNameAndType("store", Store.class), clock);
        UpdateDecisions decisions = new UpdateDecisions(registry.lookupByNameAndType("decider", Decider.class), changes, journal, clock);
        registry.bind("updateJournal", journal);
        registry.bind("updates", new Updates(subsystems, changes, decisions, journal, clock));
        registry.bind("updateOvertaking", new Overtaking(subsystems, decisions, journal));
        registry.bind("upstreams", new UpstreamEvents(subsystems, settings.flag("waystation.update.reconcile")));
        registry.bind("update", new UpdateSteps(subsystems, changes, decisions, journal,
                registry.lookupByNameAndType(Operations.NAME, Operations.class),
                new FaultPoint(settings.text("waystation.update.halt-at").orElse(""))));
    }

    /** Who reloads processes: a process supervisor's API, or the task {@code reload}. */
    private static ProcessControl control(Settings settings, LaneCommands commands) {
        Duration patience = settings.duration("waystation.update.reload-timeout");
        String supervisor = settings.text("waystation.update.supervisor").orElse("");
        if (supervisor.isEmpty()) {
            return process -> CommandReload.task(commands.in(lane(process), true), patience).reload(process);
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
