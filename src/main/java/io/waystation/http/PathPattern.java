package io.waystation.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Path of a route, such as {@code /events/{channel}} or {@code /console/*}.
 *
 * @param segments literal segments, and null where a parameter stands
 * @param parameters names of the parameters in order
 * @param prefix whether anything may follow
 */
record PathPattern(List<String> segments, List<String> parameters, boolean prefix) {
    /** Deepest path that is looked at. */
    static final int MOST_SEGMENTS = 32;

    /**
     * Pattern of a path as routes write it.
     *
     * @param matchOnPrefix whether anything may follow even without a trailing {@code *}
     * @throws IllegalArgumentException when a parameter is not a whole segment
     */
    static PathPattern of(String path, boolean matchOnPrefix) {
        List<String> segments = new ArrayList<>();
        List<String> parameters = new ArrayList<>();
        boolean prefix = matchOnPrefix;
        String rest = path;
        if (rest.endsWith("*")) {
            prefix = true;
            rest = rest.substring(0, rest.length() - 1);
        }
        for (String segment : split(rest)) {
            boolean parameter = segment.startsWith("{") && segment.endsWith("}") && segment.length() > 2;
            if (!parameter && (segment.indexOf('{') >= 0 || segment.indexOf('*') >= 0)) {
                throw new IllegalArgumentException("Path " + path + ": a parameter is a whole segment such as {name},"
                        + " and * stands at the end only");
            }
            if (parameter) {
                parameters.add(segment.substring(1, segment.length() - 1));
            }
            segments.add(parameter ? null : segment);
        }
        return new PathPattern(Collections.unmodifiableList(segments), List.copyOf(parameters), prefix);
    }

    /** Whether a path, as {@link #split} takes it apart, is one of these. */
    boolean fits(List<String> path) {
        if (path.size() < segments.size() || path.size() > segments.size() && !prefix) {
            return false;
        }
        for (int i = 0; i < segments.size(); i++) {
            if (segments.get(i) != null && !segments.get(i).equals(path.get(i))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Decoded segments of a request path; empty segments (from {@code //} or a trailing {@code /}) are left out.
     *
     * @return null when the path is malformed, climbs ({@code ..}) or is too deep
     */
    static List<String> split(String path) {
        List<String> segments = new ArrayList<>(4);
        int length = path.length();
        int start = 0;
        while (start < length) {
            int end = path.indexOf('/', start);
            end = end < 0 ? length : end;
            if (end > start) {
                String segment = decode(path.substring(start, end));
                if (segment == null || segment.equals(".") || segment.equals("..")
                        || segments.size() == MOST_SEGMENTS) {
                    return null;
                }
                segments.add(segment);
            }
            start = end + 1;
        }
        return segments;
    }

    private static String decode(String segment) {
        if (segment.indexOf('%') < 0) {
            return segment;
        }
        try {
            return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }
}
