package io.waystation.work.operation;

import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;

/**
 * Runs operations of a few milliseconds to a few hundred, for a hub that is killed meanwhile. The first one of a process never
 * ends, so that each kill finds one.
 */
public final class OperationVictim implements CamelContextAware {
    private final ExecutorService pool = Executors.newFixedThreadPool(4);
    private final AtomicBoolean first = new AtomicBoolean(true);
    private CamelContext context;

    @Override
    public void setCamelContext(CamelContext camelContext) {
        context = camelContext;
    }

    @Override
    public CamelContext getCamelContext() {
        return context;
    }

    /** Starts one and answers with its id. */
    public void start(Exchange exchange) {
        Operations operations = context.getRegistry().lookupByNameAndType(Operations.NAME, Operations.class);
        OperationRun run = operations.start(NewOperation.of("victim", "s", "p"));
        if (first.getAndSet(false)) {
            run.step("endless", 1, "Waits for the kill");
        } else {
            pool.execute(() -> work(run));
        }
        exchange.getMessage().setBody(run.id());
    }

    /** The route of an item: the same for the item's operation. */
    public void run(Exchange exchange) {
        Operations operations = context.getRegistry().lookupByNameAndType(Operations.NAME, Operations.class);
        int steps = ThreadLocalRandom.current().nextInt(1, 40);
        for (int i = 0; i < steps; i++) {
            operations.step(exchange, "step " + i, i * 5 / 2, "At " + i);
            operations.log(exchange, "line " + i);
        }
        if (steps % 5 == 0) {
            throw new IllegalStateException("on purpose");
        }
    }

    private static void work(OperationRun run) {
        try (run) {
            int steps = ThreadLocalRandom.current().nextInt(1, 40);
            for (int i = 0; i < steps; i++) {
                run.step("step " + i, i * 5 / 2, "At " + i);
                run.log("line " + i);
            }
            if (steps % 3 == 0) {
                run.fail("on purpose", Map.of());
            } else {
                run.succeed(Map.of("steps", steps));
            }
        }
    }
}
