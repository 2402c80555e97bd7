package io.waystation.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;

import org.apache.camel.catalog.CamelCatalog;
import org.apache.camel.catalog.DefaultCamelCatalog;
import org.junit.jupiter.api.Test;

class WorkCatalogTest {
    @Test
    void theCatalogEntryKnowsTheOptions() throws Exception {
        CamelCatalog catalog = new DefaultCamelCatalog();
        String json = new String(getClass().getResourceAsStream("/META-INF/io/waystation/work/work.json")
                .readAllBytes(), StandardCharsets.UTF_8);
        catalog.addComponent("work", WorkComponent.class.getName(), json);

        assertThat(catalog.validateEndpointProperties("work:update?key=nats&coalesce=LATEST&quiet=5s&maxWait=1m&priority=3"
                + "&supersede=RUNNING&operation=update&subject=nats&delay=10s").isSuccess()).isTrue();
        assertThat(catalog.validateEndpointProperties("work:update?concurrency=2&keyConcurrency=1&ordered=true&retry=1m,5m"
                + "&timeLimit=30m").isSuccess()).isTrue();
        assertThat(catalog.validateEndpointProperties("work:update?kye=nats").getUnknown()).containsExactly("kye");
        assertThat(catalog.validateEndpointProperties("work:update?coalesce=some").getInvalidEnum()).containsOnlyKeys("coalesce");
    }
}
