package io.waystation.work;

import org.apache.camel.spi.Metadata;

/**
 * Message headers of the {@code work:} component.
 *
 * <p>They start with {@code Camel} so that no HTTP request can set them: filters drop that prefix from outside.
 */
public final class WorkHeaders {
    /** Id of the item. */
    @Metadata(description = "Producer: id of the item; the default is made of the event, the route and the key. Set to "
                            + "the item's id, of the waiting item when it was coalesced. Consumer: id of the item.",
              javaType = "String")
    public static final String ID = "CamelWaystationWorkId";

    /** Key of the item. */
    @Metadata(description = "Producer: key of the item, before the option key. Consumer: key of the item.", javaType = "String")
    public static final String KEY = "CamelWaystationWorkKey";

    /** Queue of the item. */
    @Metadata(label = "consumer", description = "Name of the queue.", javaType = "String")
    public static final String QUEUE = "CamelWaystationWorkQueue";

    /** Which attempt this is. */
    @Metadata(label = "consumer", description = "Which attempt this is, 1 for the first.", javaType = "Integer")
    public static final String ATTEMPT = "CamelWaystationWorkAttempt";

    /** What became of an addition. */
    @Metadata(label = "producer", description = "What became of the addition: added, coalesced or known; absent when it is "
                                               + "made in the transaction that ends the exchange.", javaType = "String")
    public static final String ADDED = "CamelWaystationWorkAdded";

    /** Cause to keep. */
    @Metadata(label = "producer", description = "What asked for the item, kept with it; the event's id by default.",
              javaType = "String")
    public static final String CAUSE = "CamelWaystationWorkCause";

    /** Delay of the item. */
    @Metadata(label = "producer", description = "How long the item waits at least, before the option delay.",
              javaType = "java.time.Duration")
    public static final String DELAY = "CamelWaystationWorkDelay";

    /** Priority of the item. */
    @Metadata(label = "producer", description = "Priority of the item, before the option priority.", javaType = "Integer")
    public static final String PRIORITY = "CamelWaystationWorkPriority";

    /** Retry schedule. */
    @Metadata(description = "Producer: retry schedule of the item, before the option retry of its consumer. Consumer, set by "
                            + "the route that fails: how long until the next attempt, or none to make it a dead letter now.",
              javaType = "String")
    public static final String RETRY = "CamelWaystationWorkRetry";

    /** Defers the item. */
    @Metadata(label = "consumer", description = "Set by the route: an instant, or how long, the item waits before it runs "
                                               + "again without having spent an attempt.", javaType = "String")
    public static final String DEFER_UNTIL = "CamelWaystationDeferUntil";

    /** Why it is deferred. */
    @Metadata(label = "consumer", description = "Set by the route: why it is deferred, for a person.", javaType = "String")
    public static final String DEFER_REASON = "CamelWaystationDeferReason";

    /** Result. */
    @Metadata(label = "consumer", description = "Set by the route: result of the item, handed to the operation that follows it.",
              javaType = "String")
    public static final String RESULT = "CamelWaystationWorkResult";

    /** Operation. */
    @Metadata(description = "Id of the operation that follows the item, if there is one.", javaType = "String")
    public static final String OPERATION = "CamelWaystationOperation";

    /** Kind of operation. */
    @Metadata(description = "Kind of the operation; on a producer before the option operation.", javaType = "String")
    public static final String OPERATION_KIND = WorkItem.OPERATION_KIND;

    /** Subject of the operation. */
    @Metadata(description = "Subject of the operation; on a producer before the option subject.", javaType = "String")
    public static final String OPERATION_SUBJECT = WorkItem.OPERATION_SUBJECT;

    /** Project of the operation. */
    @Metadata(description = "Project of the operation; on a producer before the option project.", javaType = "String")
    public static final String OPERATION_PROJECT = WorkItem.OPERATION_PROJECT;

    private WorkHeaders() {
    }
}
