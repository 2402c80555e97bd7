package io.waystation.update.fleet;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * How a release reaches more and more machines.
 *
 * @param rings percent of the machines that each ring admits in all, rising, the last one 100
 * @param errors percent of the machines admitted so far that may fail or stay silent
 * @param success percent of them that must have it before the next ring is opened while others have not said anything yet
 * @param silence a machine that says nothing for so long after it was admitted counts as failed
 * @param rest each ring is open at least so long
 * @param retired a machine that was not heard of for so long is not expected to say anything
 */
public record RingPolicy(List<Integer> rings, int errors, int success, Duration silence, Duration rest, Duration retired) {
    private static final int ALL = 100;

    /**
     * Checks every part.
     *
     * @throws IllegalArgumentException what is wrong
     */
    public RingPolicy {
        rings = List.copyOf(rings);
        require(!rings.isEmpty() && rings.get(rings.size() - 1) == ALL && rings.get(0) > 0, "rings must be percentages, the last one 100");
        for (int i = 1; i < rings.size(); i++) {
            require(rings.get(i) > rings.get(i - 1), "rings must rise");
        }
        require(errors >= 0 && errors <= ALL, "errors must be a percentage");
        require(success >= 0 && success <= ALL, "success must be a percentage");
        require(!silence.isNegative() && !silence.isZero(), "silence must be longer than nothing");
        require(!rest.isNegative(), "rest must not be negative");
        require(!retired.isNegative() && !retired.isZero(), "retired must be longer than nothing");
    }

    /** Reads percentages such as {@code 1, 10, 50, 100}. */
    static List<Integer> rings(String text) {
        try {
            return Arrays.stream(text.split(",")).map(String::trim).map(Integer::valueOf).toList();
        } catch (NumberFormatException none) {
            throw new IllegalArgumentException("rings must be percentages, the last one 100");
        }
    }

    private static void require(boolean holds, String problem) {
        if (!holds) {
            throw new IllegalArgumentException(problem);
        }
    }

    /** What the first ring admits. */
    public int first() {
        return rings.get(0);
    }

    /** What the ring after this one admits; empty after the last. */
    public OptionalInt after(int admits) {
        return rings.stream().mapToInt(Integer::intValue).filter(ring -> ring > admits).findFirst();
    }

    /** Number of the ring that admits so many, from 1. */
    public int number(int admits) {
        return (int) rings.stream().filter(ring -> ring < admits).count() + 1;
    }
}
