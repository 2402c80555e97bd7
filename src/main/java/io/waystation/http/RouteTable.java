package io.waystation.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Which consumer answers which path and method: at every segment a literal wins over a parameter and a
 * parameter over a prefix, whatever the order in which routes were added.
 *
 * <p>Thread-safe: readers see a finished tree, which every change replaces.
 */
final class RouteTable {
    /**
     * What was found for a path.
     *
     * @param entries those of the most specific path that exists, of any method
     * @param values values of the path's parameters in order
     */
    record Found(List<HubHttpConsumer> entries, List<String> values) {
        /** Methods that some entry takes. */
        String allow() {
            TreeSet<String> methods = new TreeSet<>();
            for (HubHttpConsumer entry : entries) {
                methods.addAll(entry.methods());
            }
            if (methods.contains("GET")) {
                methods.add("HEAD");
            }
            methods.add("OPTIONS");
            return String.join(", ", methods);
        }

        /** Entries that take the method; those for GET take HEAD when none asks for it. */
        List<HubHttpConsumer> taking(String method) {
            List<HubHttpConsumer> taking = takingExactly(method);
            return taking.isEmpty() && method.equals("HEAD") ? takingExactly("GET") : taking;
        }

        private List<HubHttpConsumer> takingExactly(String method) {
            if (entries.size() == 1) {
                return entries.get(0).takes(method) ? entries : List.of();
            }
            List<HubHttpConsumer> taking = new ArrayList<>(1);
            for (HubHttpConsumer entry : entries) {
                if (entry.takes(method)) {
                    taking.add(entry);
                }
            }
            return taking;
        }
    }

    private static final class Node {
        private final Map<String, Node> literals = new HashMap<>();
        private Node parameter;
        private final List<HubHttpConsumer> here = new ArrayList<>(1);
        private final List<HubHttpConsumer> below = new ArrayList<>(0);
    }

    private final List<HubHttpConsumer> consumers = new ArrayList<>();
    private volatile Node root = new Node();

    synchronized void add(HubHttpConsumer consumer) {
        // one that waits for its route to come back gives way to any route that has the same path now
        consumers.removeIf(other -> other.isGone() && other.pattern().equals(consumer.pattern())
                && other.methods().equals(consumer.methods()));
        consumers.add(consumer);
        rebuild();
    }

    synchronized void remove(HubHttpConsumer consumer) {
        consumers.remove(consumer);
        rebuild();
    }

    private void rebuild() {
        Node fresh = new Node();
        for (HubHttpConsumer consumer : consumers) {
            Node node = fresh;
            for (String segment : consumer.pattern().segments()) {
                if (segment != null) {
                    node = node.literals.computeIfAbsent(segment, name -> new Node());
                } else {
                    node.parameter = node.parameter == null ? new Node() : node.parameter;
                    node = node.parameter;
                }
            }
            (consumer.pattern().prefix() ? node.below : node.here).add(consumer);
        }
        root = fresh;
    }

    /** Most specific entries for the segments of a path, or null. */
    Found find(List<String> segments) {
        List<String> values = new ArrayList<>(1);
        List<HubHttpConsumer> entries = find(root, segments, 0, values);
        return entries == null ? null : new Found(entries, values);
    }

    private static List<HubHttpConsumer> find(Node node, List<String> segments, int index, List<String> values) {
        if (index == segments.size()) {
            return !node.here.isEmpty() ? node.here : !node.below.isEmpty() ? node.below : null;
        }
        Node literal = node.literals.get(segments.get(index));
        if (literal != null) {
            List<HubHttpConsumer> found = find(literal, segments, index + 1, values);
            if (found != null) {
                return found;
            }
        }
        if (node.parameter != null) {
            values.add(segments.get(index));
            List<HubHttpConsumer> found = find(node.parameter, segments, index + 1, values);
            if (found != null) {
                return found;
            }
            values.remove(values.size() - 1);
        }
        return node.below.isEmpty() ? null : node.below;
    }
}
