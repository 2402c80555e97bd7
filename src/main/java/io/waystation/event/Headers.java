package io.waystation.event;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * HTTP headers in the order received: lower-case names, every value kept.
 *
 * <p>Immutable and thread-safe.
 */
public final class Headers {
    /** No headers at all. */
    public static final Headers EMPTY = new Headers(List.of());

    private final List<Header> entries;

    private Headers(List<Header> entries) {
        this.entries = entries;
    }

    /** Headers of these entries, in their order. */
    public static Headers of(List<Header> entries) {
        return entries.isEmpty() ? EMPTY : new Headers(List.copyOf(entries));
    }

    /** Headers of names and values in turn, for tests and fixed sets. */
    public static Headers of(String... namesAndValues) {
        List<Header> list = new ArrayList<>(namesAndValues.length / 2);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            list.add(new Header(namesAndValues[i], namesAndValues[i + 1]));
        }
        return of(list);
    }

    /** All entries in the order received. */
    public List<Header> entries() {
        return entries;
    }

    /** First value of a header, whatever the case of the name asked for. */
    public Optional<String> first(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        for (Header header : entries) {
            if (header.name().equals(wanted)) {
                return Optional.of(header.value());
            }
        }
        return Optional.empty();
    }

    /** Values by name, in the order received. */
    public Map<String, List<String>> toMap() {
        Map<String, List<String>> map = new LinkedHashMap<>();
        for (Header header : entries) {
            map.computeIfAbsent(header.name(), name -> new ArrayList<>(1)).add(header.value());
        }
        return map;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Headers that && entries.equals(that.entries);
    }

    @Override
    public int hashCode() {
        return entries.hashCode();
    }

    @Override
    public String toString() {
        StringBuilder names = new StringBuilder("Headers[");
        for (Header header : entries) {
            names.append(names.length() == 8 ? "" : ", ").append(header.name());
        }
        return names.append(']').toString(); // names only: values may be credentials
    }

    /**
     * One header line.
     *
     * @param name lower-cased on construction
     * @param value as received
     */
    public record Header(String name, String value) {
        /** Lower-cases the name: HTTP header names have no case (RFC 9110, section 5.1). */
        public Header {
            name = name.toLowerCase(Locale.ROOT);
        }
    }
}
