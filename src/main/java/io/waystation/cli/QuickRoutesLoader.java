package io.waystation.cli;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;

import org.apache.camel.CamelContext;
import org.apache.camel.dsl.yaml.YamlRoutesBuilderLoader;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.spi.Resource;

/**
 * Camel's loader of YAML routes, which reads a file twice only when it could hold beans or a pipe: Camel reads every file
 * once more before, to look for those.
 */
final class QuickRoutesLoader extends YamlRoutesBuilderLoader {
    @Override
    public boolean isSupportedExtension(String extension) {
        return "camel.yaml".equals(extension);
    }

    @Override
    public void preParseRoute(Resource resource) throws Exception {
        if (!resource.exists() || mayHoldBeans(resource)) {
            super.preParseRoute(resource);
        }
    }

    private static boolean mayHoldBeans(Resource resource) throws Exception {
        try (InputStream file = resource.getInputStream()) {
            String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            return text.contains("beans") || text.contains("Pipe");
        }
    }

    /** Puts the loader where Camel looks for one before its own. */
    static final class Binding extends MainListenerSupport {
        @Override
        public void beforeInitialize(BaseMainSupport main) {
            CamelContext context = main.getCamelContext();
            QuickRoutesLoader loader = new QuickRoutesLoader();
            loader.setCamelContext(context);
            context.getRegistry().bind("routes-builder-loader-camel.yaml", loader);
            loader.start();
        }
    }
}
