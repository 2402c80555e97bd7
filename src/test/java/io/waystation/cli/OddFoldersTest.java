package io.waystation.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.waystation.HubFixture;
import io.waystation.HubHome;

/** A hub in folders whose names mean something else in an address. */
class OddFoldersTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"with+plus", "with%20percent", "with space", "with,comma", "with*star", "w\u00fcrzig"})
    void startsWithTheRoutesAndKameletsThatAreThere(String name) throws Exception {
        Path parent = Files.createDirectories(folder.resolve(name));
        Path home = HubHome.in(parent).route("mine.camel.yaml", """
                - route:
                    id: mine
                    from:
                      uri: direct:mine
                      steps:
                        - kamelet:
                            name: own-action
                """).path();
        Files.writeString(Files.createDirectories(home.resolve("kamelets")).resolve("own-action.kamelet.yaml"), """
                apiVersion: camel.apache.org/v1
                kind: Kamelet
                metadata:
                  name: own-action
                spec:
                  definition:
                    title: Own
                    properties: {}
                  template:
                    from:
                      uri: kamelet:source
                      steps:
                        - setBody:
                            expression:
                              constant:
                                expression: from the own Kamelet
                """);

        try (HubFixture hub = HubFixture.start(parent.resolve("data"), Optional.of(home))) {
            String answer = hub.context().createProducerTemplate().requestBody("direct:mine", "", String.class);

            assertThat(answer).isEqualTo("from the own Kamelet");
            assertThat(parent.resolve("data/address")).hasContent(hub.uri("").toString());
        }
    }
}
