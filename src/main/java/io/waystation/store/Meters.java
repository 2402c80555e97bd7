package io.waystation.store;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.apache.camel.CamelContext;
import org.apache.camel.component.micrometer.MicrometerConstants;
import org.apache.camel.component.micrometer.MicrometerUtils;
import org.apache.camel.spi.Registry;

/** Finds the meters of an application: the same ones that Camel publishes. */
public final class Meters {
    private Meters() {
    }

    /** Meters of the application; made and bound where Camel looks for them when there are none yet. */
    public static MeterRegistry of(CamelContext context) {
        Registry registry = context.getRegistry();
        MeterRegistry found = MicrometerUtils.getMeterRegistryFromCamelRegistry(
                registry, MicrometerConstants.METRICS_REGISTRY_NAME);
        if (found == null) {
            found = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            registry.bind(MicrometerConstants.METRICS_REGISTRY_NAME, found);
        }
        return found;
    }
}
