package io.waystation.update.lint;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** YAML with the lines it stands in. */
final class YamlFile {
    private YamlFile() {
    }

    /** The document of a file, if there is one. */
    static Optional<Node> read(Path file) throws IOException {
        try (Reader reader = Files.newBufferedReader(file)) {
            return new Compose(LoadSettings.builder().setLabel(file.toString()).build()).composeReader(reader);
        }
    }

    /** The entries of a mapping; empty for anything else. */
    static Map<String, Node> mapping(Node node) {
        Map<String, Node> entries = new LinkedHashMap<>();
        if (node instanceof MappingNode mapping) {
            mapping.getValue().forEach(pair -> entries.put(text(pair.getKeyNode()), pair.getValueNode()));
        }
        return entries;
    }

    /** The items of a sequence; a single thing is one of itself. */
    static List<Node> items(Node node) {
        if (node == null) {
            return List.of();
        }
        return node instanceof SequenceNode sequence ? sequence.getValue() : List.of(node);
    }

    /** The text of a scalar; empty for anything else. */
    static String text(Node node) {
        return node instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    static boolean isTrue(Node node) {
        return text(node).equals("true");
    }

    /** The line, from 1, in which a value's text begins: a block's is the one below its {@code |}. */
    static int line(Node node) {
        int line = node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
        boolean block = node instanceof ScalarNode scalar
                && (scalar.getScalarStyle() == ScalarStyle.LITERAL || scalar.getScalarStyle() == ScalarStyle.FOLDED);
        return block ? line + 1 : line;
    }
}
