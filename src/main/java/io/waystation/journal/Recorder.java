package io.waystation.journal;

import io.waystation.event.EventBatch;
import io.waystation.store.GroupTransaction;
import org.apache.camel.Exchange;

/** The step of the recorder's route that puts a batch of events into the index. */
public final class Recorder {
    private final EventIndex index;

    /** A recorder that fills an index. */
    public Recorder(EventIndex index) {
        this.index = index;
    }

    /** Enlists the rows of the batch in the body with the transaction that commits the group's position. */
    public void record(Exchange exchange) {
        GroupTransaction transaction = GroupTransaction.of(exchange).orElseThrow(() -> new IllegalStateException(
                "the recorder needs a group: consume with kamelet:events-source?group=" + EventIndex.GROUP + "&batch=true"));
        index.record(exchange.getMessage().getBody(EventBatch.class), transaction);
    }
}
