package io.waystation.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;

import org.apache.camel.catalog.CamelCatalog;
import org.apache.camel.catalog.DefaultCamelCatalog;
import org.junit.jupiter.api.Test;

class JournalCatalogTest {
    @Test
    void theCatalogEntryKnowsTheOptions() throws Exception {
        CamelCatalog catalog = new DefaultCamelCatalog();
        String json = new String(getClass().getResourceAsStream("/META-INF/io/waystation/journal/journal.json")
                .readAllBytes(), StandardCharsets.UTF_8);
        catalog.addComponent("journal", JournalComponent.class.getName(), json);

        assertThat(catalog.validateEndpointProperties(
                "journal:events?group=g&types=a.*&verified=any&concurrency=2&batch=true&from=oldest").isSuccess()).isTrue();
        assertThat(catalog.validateEndpointProperties("journal:events?gruop=g").getUnknown()).containsExactly("gruop");
        assertThat(catalog.validateEndpointProperties("journal:events?verified=maybe").getInvalidEnum())
                .containsOnlyKeys("verified");
    }
}
