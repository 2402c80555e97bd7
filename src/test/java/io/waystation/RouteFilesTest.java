package io.waystation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.yaml.snakeyaml.Yaml;

import io.waystation.channel.ChannelName;

/** Every route and Kamelet file is one that Kaoto opens and a newcomer understands. */
class RouteFilesTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final List<Path> ROUTE_FOLDERS =
            List.of(Path.of("src/main/resources/routes"), Path.of("src/main/resources/client"));

    /** First segment of an address of the hub's own. */
    private static final Pattern ADDRESS = Pattern.compile("platform-http:/([^/{\\s]+)");

    /** A parameter of such a name never reaches its Kamelet. */
    private static final Set<String> OF_THE_ENDPOINT = Set.of("block", "timeout", "failIfNoConsumers", "location", "noErrorHandler",
            "bridgeErrorHandler", "exceptionHandler", "exchangePattern", "lazyStartProducer");

    @TestFactory
    List<DynamicTest> passesTheSchemaOfCamelYaml() throws IOException {
        JsonSchema schema;
        try (InputStream stream = getClass().getResourceAsStream("/schema/camelYamlDsl.json")) {
            schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4).getSchema(stream);
        }
        List<DynamicTest> tests = new ArrayList<>();
        for (Path file : files(ROUTE_FOLDERS, ".camel.yaml")) {
            tests.add(DynamicTest.dynamicTest(file.toString(),
                    () -> assertThat(schema.validate(MAPPER.valueToTree(load(file)))).isEmpty()));
        }
        return tests;
    }

    @Test
    void givesEveryRouteItsOwnIdAndADescription() throws IOException {
        for (Path folder : ROUTE_FOLDERS) {
            checkIds(files(List.of(folder), ".camel.yaml"));
        }
    }

    @Test
    void takesNoPathForTheHubThatAChannelMayHave() throws IOException {
        List<String> words = new ArrayList<>();
        for (Path file : files(ROUTE_FOLDERS, ".camel.yaml")) {
            Matcher address = ADDRESS.matcher(Files.readString(file));
            while (address.find()) {
                words.add(address.group(1));
            }
        }
        assertThat(words).contains("events", "stream").filteredOn(ChannelName::isWellFormed).isSubsetOf(ChannelName.RESERVED);
    }

    @Test
    void limitsTheBodiesOfEveryRouteThatKeepsNoWebhook() throws IOException {
        Properties settings = new Properties();
        try (Reader file = Files.newBufferedReader(Path.of("src/main/resources/application.properties"))) {
            settings.load(file);
        }
        String limited = settings.getProperty("waystation.http.control-routes").replace("*", ".*").replace(',', '|');
        List<String> ids = new ArrayList<>();
        for (Path file : files(ROUTE_FOLDERS, ".camel.yaml")) {
            for (JsonNode entry : (Iterable<JsonNode>) MAPPER.valueToTree(load(file))) {
                JsonNode methods = entry.path("route").path("from").path("parameters").path("httpMethodRestrict");
                if (methods.asText().matches(".*(POST|PUT|PATCH|DELETE).*")) {
                    ids.add(entry.path("route").path("id").asText());
                }
            }
        }
        assertThat(ids).filteredOn(id -> !id.matches(limited)).containsExactlyInAnyOrder("channels", "replay");
    }

    private static void checkIds(List<Path> files) throws IOException {
        Map<String, Path> ids = new HashMap<>();
        for (Path file : files) {
            for (JsonNode entry : (Iterable<JsonNode>) MAPPER.valueToTree(load(file))) {
                for (String kind : List.of("route", "routeTemplate", "routeConfiguration")) {
                    JsonNode node = entry.get(kind);
                    if (node != null) {
                        assertThat(node.path("description").asText()).as("description of %s", node.path("id")).isNotEmpty();
                        // a routeConfiguration without an id is the one for every route that names no other
                        String id = node.path("id").asText(kind.equals("routeConfiguration") ? "for every route" : "");
                        assertThat(id).as("id in %s", file).isNotEmpty();
                        assertThat(ids.put(id, file)).as("%s twice", id).isNull();
                        node.path("parameters").forEach(parameter -> assertThat(parameter.path("description").asText())
                                .as("description of parameter %s", parameter.path("name")).isNotEmpty());
                    }
                }
            }
        }
        assertThat(ids).isNotEmpty();
    }

    @TestFactory
    List<DynamicTest> keepsTheRulesOfTheKameletCatalogue() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path file : files(List.of(Path.of("kamelets")), ".kamelet.yaml")) {
            tests.add(DynamicTest.dynamicTest(file.toString(), () -> checkKamelet(file)));
        }
        return tests;
    }

    private static void checkKamelet(Path file) throws IOException {
        JsonNode kamelet = MAPPER.valueToTree(load(file));
        String name = file.getFileName().toString().replace(".kamelet.yaml", "");
        assertThat(kamelet.at("/metadata/name").asText()).isEqualTo(name);
        String type = kamelet.at("/metadata/labels/camel.apache.org~1kamelet.type").asText();
        assertThat(Set.of("source", "sink", "action")).contains(type);
        JsonNode definition = kamelet.at("/spec/definition");
        assertThat(definition.path("title").asText()).endsWithIgnoringCase(type);
        assertThat(definition.path("description").asText()).isNotEmpty();
        String template = MAPPER.writeValueAsString(kamelet.at("/spec/template"));
        definition.path("properties").fields().forEachRemaining(property -> {
            assertThat(property.getValue().path("title").asText()).as("title of %s", property.getKey()).isNotEmpty();
            assertThat(property.getValue().path("description").asText()).as("description of %s", property.getKey()).isNotEmpty();
            assertThat(property.getValue().path("type").asText()).as("type of %s", property.getKey()).isNotEmpty();
            assertThat(OF_THE_ENDPOINT).as("options that kamelet: takes for itself").doesNotContain(property.getKey());
            assertThat(template).as("%s is used", property.getKey()).containsPattern("\\{\\{\\??" + property.getKey());
        });
        assertThat(template).contains(type.equals("source") ? "kamelet:sink" : "kamelet:source");
    }

    private static Object load(Path file) throws IOException {
        return new Yaml().load(Files.readString(file));
    }

    private static List<Path> files(List<Path> folders, String ending) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path folder : folders) {
            if (Files.isDirectory(folder)) {
                try (Stream<Path> walk = Files.walk(folder)) {
                    walk.filter(file -> file.toString().endsWith(ending)).sorted().forEach(found::add);
                }
            }
        }
        return found;
    }
}
