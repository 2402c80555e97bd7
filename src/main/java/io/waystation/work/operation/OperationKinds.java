package io.waystation.work.operation;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.camel.spi.Registry;

/** Finds the {@link OperationKind} of a name: the bean that says so, else the usual one. Thread-safe. */
final class OperationKinds {
    private static final int MOST = 1_000;

    private final Registry registry;
    private final Map<String, OperationKind> known = new ConcurrentHashMap<>();

    OperationKinds(Registry registry) {
        this.registry = registry;
    }

    OperationKind find(String name) {
        OperationKind kind = known.get(name);
        if (kind == null) {
            kind = registry.findByType(OperationKind.class).stream()
                    .filter(bean -> name.equals(bean.getName())).findFirst().orElseGet(() -> new OperationKind(name));
            if (known.size() < MOST) { // kinds are few; an engineer may still compute them from something that is not
                known.put(name, kind);
            }
        }
        return kind;
    }
}
