package io.waystation.journal;

import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;

import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.ThreadPoolProfileBuilder;
import org.apache.camel.spi.ThreadPoolProfile;
import org.apache.camel.support.service.ServiceSupport;
import org.apache.camel.util.concurrent.ThreadPoolRejectedPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands each loss of events to the route behind {@code direct:alert}, which engineers edit: the body is a sentence, the
 * header {@link #CODE} says what kind it is, the others give its numbers.
 *
 * <p>Losses are found on threads that must not wait, so alerts go out on a thread of their own. When a hundred wait for
 * it, more are only logged.
 */
final class LossAlerts extends ServiceSupport {
    /** Header: stable code of the alert. */
    static final String CODE = "CamelWaystationAlert";

    /** Code: events were deleted before a reader had them, to keep the log below its size limit. */
    static final String LOST = "events-lost";

    /** Code: events cannot be read any more. */
    static final String DAMAGED = "events-damaged";

    private static final Logger LOG = LoggerFactory.getLogger(LossAlerts.class);
    private static final String ROUTE = "direct:alert";
    private static final int MOST_WAITING = 100;

    private final CamelContext context;
    private final Journal journal;
    private ExecutorService thread;
    private ProducerTemplate template;
    private AutoCloseable listening;

    LossAlerts(CamelContext context, Journal journal) {
        this.context = context;
        this.journal = journal;
    }

    @Override
    protected void doStart() {
        ThreadPoolProfile one = new ThreadPoolProfileBuilder("alerts").poolSize(1).maxPoolSize(1)
                .maxQueueSize(MOST_WAITING).rejectedPolicy(ThreadPoolRejectedPolicy.Abort).build();
        thread = context.getExecutorServiceManager().newThreadPool(this, "alerts", one);
        template = context.createProducerTemplate();
        listening = journal.onLoss(this::tell);
    }

    private void tell(Loss loss) {
        String text = describe(loss);
        try {
            thread.execute(() -> send(loss, text));
        } catch (RejectedExecutionException tooMany) {
            LOG.warn("No alert could be given: {}", text);
        }
    }

    private static String describe(Loss loss) {
        String which = "Events " + loss.first() + " to " + loss.last();
        return loss.reason().equals(Loss.MAX_SIZE)
                ? which + " were deleted at waystation.log.max-size before " + String.join(", ", loss.pins()) + " had read them"
                : which + " are damaged and were passed over";
    }

    private void send(Loss loss, String text) {
        try {
            template.sendBodyAndHeaders(ROUTE, text, Map.of(
                    CODE, loss.reason().equals(Loss.MAX_SIZE) ? LOST : DAMAGED,
                    "CamelWaystationAlertFirst", loss.first(),
                    "CamelWaystationAlertLast", loss.last(),
                    "CamelWaystationAlertReaders", String.join(",", loss.pins())));
        } catch (RuntimeException failed) {
            LOG.error("The alert route failed with: {}", text, failed);
        }
    }

    @Override
    protected void doStop() throws Exception {
        if (listening != null) {
            listening.close();
            context.getExecutorServiceManager().shutdownNow(thread);
            template.stop();
        }
    }
}
