package io.waystation.journal;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

import io.waystation.event.Event;

/**
 * What a batch contains, so that a filter can pass over it without decompressing it.
 *
 * @param types distinct types, or null when they are too many to list
 * @param sources distinct sources, or null when they are too many to list
 * @param anyVerified whether at least one event is verified
 */
record BatchSummary(Set<String> types, Set<String> sources, boolean anyVerified) {
    private static final int MOST = 32;

    static BatchSummary of(Collection<Event> events) {
        Set<String> types = new HashSet<>();
        Set<String> sources = new HashSet<>();
        boolean verified = false;
        for (Event event : events) {
            types.add(event.type());
            sources.add(event.source());
            verified |= event.isVerified();
        }
        return new BatchSummary(types.size() > MOST ? null : types, sources.size() > MOST ? null : sources, verified);
    }

    boolean mayMatch(EventFilter filter) {
        return (!filter.verifiedOnly() || anyVerified)
                && (types == null || filter.mayAcceptTypes(types))
                && (sources == null || filter.mayAcceptSources(sources));
    }

    byte[] encode(ByteOutput out) {
        out.reset();
        out.putVarint(anyVerified ? 1 : 0);
        put(types, out);
        put(sources, out);
        return out.toBytes();
    }

    static BatchSummary decode(byte[] bytes) {
        ByteInput in = new ByteInput(bytes);
        boolean verified = in.varint() == 1;
        Set<String> types = get(in);
        return new BatchSummary(types, get(in), verified);
    }

    private static void put(Set<String> texts, ByteOutput out) {
        out.putVarint(texts == null ? 0 : texts.size());
        if (texts != null) {
            texts.forEach(out::putText);
        }
    }

    private static Set<String> get(ByteInput in) {
        int count = in.length();
        if (count == 0) {
            return null;
        }
        Set<String> texts = new HashSet<>();
        for (int i = 0; i < count; i++) {
            texts.add(in.text());
        }
        return texts;
    }
}
