package io.waystation.update;

import java.net.URI;
import java.time.Duration;
import java.util.function.Consumer;

/** Subsystems for tests, made the way a stanza makes them. */
public final class TestSubsystems {
    private static final UpstreamSettings SETTINGS = new UpstreamSettings(URI.create("https://github.com"), true, Duration.ofSeconds(30), 1 << 30);

    private TestSubsystems() {
    }

    /** A subsystem {@code nats} with these properties set. */
    @SafeVarargs
    public static Subsystem nats(Consumer<SubsystemDefinition>... properties) {
        return definition(properties).build();
    }

    /** Its definition. */
    @SafeVarargs
    public static SubsystemDefinition definition(Consumer<SubsystemDefinition>... properties) {
        SubsystemDefinition definition = new SubsystemDefinition();
        definition.setSubsystems(new Subsystems());
        definition.setSettings(SETTINGS);
        definition.setName("nats");
        definition.setRepository("nats-io/nats-server");
        for (Consumer<SubsystemDefinition> property : properties) {
            property.accept(definition);
        }
        return definition;
    }
}
