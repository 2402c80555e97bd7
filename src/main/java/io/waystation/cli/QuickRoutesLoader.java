package io.waystation.cli;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

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
    /**
     * Beans as a key of the file's list itself, or a file written in a way that hides where its keys stand: wide dashes, flow
     * style. Beans of a template stand further in and are none of those that have to be there before all routes.
     */
    private static final Pattern MAY_BE_AT_THE_TOP = Pattern.compile("^\\uFEFF?(?:(?:\\s*-\\s+| {0,3})[\"']?beans|\\s*-\\s*[\\[{#&!?]|-\\s\\s|\\s*[\\[{])", Pattern.MULTILINE);

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
            return text.contains("Pipe") || text.contains("beans") && MAY_BE_AT_THE_TOP.matcher(text).find();
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
