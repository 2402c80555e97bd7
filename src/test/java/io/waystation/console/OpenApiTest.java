package io.waystation.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The description of the API and its routes say the same. */
@SuppressWarnings("unchecked")
class OpenApiTest {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "patch", "delete");

    private static Object yaml(Path file) throws Exception {
        try (InputStream stream = Files.newInputStream(file)) {
            return new Load(LoadSettings.builder().build()).loadFromInputStream(stream);
        }
    }

    @Test
    void everyPathIsARouteAndEveryRouteIsAPathWithTheSameRole() throws Exception {
        Map<String, String> described = new TreeMap<>();
        Map<String, Map<String, Object>> paths =
                (Map<String, Map<String, Object>>) ((Map<String, Object>) yaml(Path.of("docs", "openapi.yaml"))).get("paths");
        paths.forEach((path, methods) -> methods.forEach((method, operation) -> {
            if (METHODS.contains(method)) {
                described.put(method.toUpperCase() + " " + path, (String) ((Map<String, Object>) operation).get("x-role"));
            }
        }));

        Map<String, String> routed = new TreeMap<>();
        for (Map<String, Object> root : (List<Map<String, Object>>) yaml(Path.of("src", "main", "resources", "routes", "api.camel.yaml"))) {
            Map<String, Object> from = (Map<String, Object>) ((Map<String, Object>) root.get("route")).get("from");
            String method = (String) ((Map<String, Object>) from.get("parameters")).get("httpMethodRestrict");
            Map<String, Object> guard = (Map<String, Object>) ((List<Map<String, Object>>) from.get("steps")).get(0).get("to");
            assertThat(guard.get("uri")).isEqualTo("kamelet:require-role-action");
            routed.put(method + " " + ((String) from.get("uri")).replace("platform-http:", ""),
                    (String) ((Map<String, Object>) guard.get("parameters")).get("role"));
        }

        for (Map<String, Object> root : (List<Map<String, Object>>) yaml(Path.of("src", "main", "resources", "routes", "deliveries.camel.yaml"))) {
            Map<String, Object> from = root.containsKey("route") ? (Map<String, Object>) ((Map<String, Object>) root.get("route")).get("from") : Map.of();
            String uri = (String) from.getOrDefault("uri", "");
            if (uri.startsWith("platform-http:")) { // who may call is the endpoint's secret to say
                routed.put(((Map<String, Object>) from.get("parameters")).get("httpMethodRestrict") + " " + uri.replace("platform-http:", ""), null);
            }
        }

        assertThat(described).isEqualTo(routed);
    }
}
