package io.waystation.cli;

import java.util.Optional;

import org.apache.camel.main.Main;

import picocli.CommandLine.IVersionProvider;

/** Says which Waystation, Camel and Java run. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {
            "Waystation " + of(Version.class),
            "Apache Camel " + of(Main.class) + ", Java " + Runtime.version(),
        };
    }

    private static String of(Class<?> type) {
        return Optional.ofNullable(type.getPackage().getImplementationVersion()).orElse("(not packaged)");
    }
}
