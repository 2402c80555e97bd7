package io.waystation.update.task;

import java.util.Locale;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.waystation.settings.Settings;
import io.waystation.settings.SettingsCheck;
import io.waystation.store.DataFolder;
import io.waystation.store.Meters;
import io.waystation.update.process.ProcessTrees;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.support.LifecycleStrategySupport;

/** Ends what a former hub left running, before any route starts; binds {@code processTrees}, {@code taskExecutor} and {@code laneCommands}. */
public final class TaskConfiguration implements CamelConfiguration, SettingsCheck {
    @Override
    public void check(Settings settings) {
        TaskSettings.from(settings);
    }

    @Override
    public void configure(CamelContext context) throws Exception {
        TaskSettings settings = TaskSettings.from(Settings.of(context));
        DataFolder folder = context.getRegistry().lookupByNameAndType("dataFolder", DataFolder.class);
        MeterRegistry meters = Meters.of(context);
        ProcessTrees trees = ProcessTrees.open(folder.root().resolve("processes"), settings.grace());
        LaneFolders folders = new LaneFolders(folder.root().resolve("tasks"));
        TaskExecutor executor = new TaskExecutor(trees, folders, settings, System.getenv(),
                outcome -> Timer.builder("waystation.update.task").description("Time that tasks took, by how they ended")
                        .tag("end", outcome.end().name().toLowerCase(Locale.ROOT)).register(meters).record(outcome.took()));
        context.getRegistry().bind("processTrees", trees);
        context.getRegistry().bind("taskExecutor", executor);
        context.getRegistry().bind("laneCommands", new LaneCommands(trees, folders, settings, System.getenv()));
        context.addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onContextStopping(CamelContext stopping) {
                trees.close(); // first of all: the routes are waited for, and a build may take longer than anybody waits
            }
        });
    }
}
