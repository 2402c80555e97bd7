package io.waystation.work;

import org.apache.camel.spi.Metadata;

/**
 * Message headers of the {@code work:} component.
 *
 * <p>They start with {@code Camel} so that no HTTP request can set them: filters drop that prefix from outside.
 */
public final class WorkHeaders {
    /** Id of the item. */
    @Metadata(label = "consumer", description = "Id of the item.", javaType = "String")
    public static final String ID = "CamelWaystationWorkId";

    /** Key of the item. */
    @Metadata(label = "consumer", description = "Key of the item.", javaType = "String")
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

    /** Item of an addition. */
    @Metadata(label = "producer", description = "Id of the item: the new one, the one that waited and took the cause, or the "
                                               + "one that was known; absent like CamelWaystationWorkAdded.",
              javaType = "String")
    public static final String ADDED_ID = "CamelWaystationWorkAddedId";

    /** Delay of the item. */
    @Metadata(label = "producer", description = "How long the item waits at least, before the option delay.",
              javaType = "java.time.Duration")
    public static final String DELAY = "CamelWaystationWorkDelay";

    /** Priority of the item. */
    @Metadata(label = "producer", description = "Priority of the item, before the option priority.", javaType = "Integer")
    public static final String PRIORITY = "CamelWaystationWorkPriority";

    /** The next attempt. */
    @Metadata(label = "consumer", description = "Set by the route that fails, before the retry schedule: how long until the next "
                                               + "attempt, or none to make the item a dead letter now.", javaType = "String")
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
    @Metadata(label = "consumer", description = "Kind of the operation.", javaType = "String")
    public static final String OPERATION_KIND = WorkItem.OPERATION_KIND;

    /** Subject of the operation. */
    @Metadata(label = "consumer", description = "Subject of the operation, if it has one.", javaType = "String")
    public static final String OPERATION_SUBJECT = WorkItem.OPERATION_SUBJECT;

    /** Project of the operation. */
    @Metadata(label = "consumer", description = "Project of the operation, if it has one.", javaType = "String")
    public static final String OPERATION_PROJECT = WorkItem.OPERATION_PROJECT;

    /** Data of the operation. */
    @Metadata(description = "Producer: a JSON object, as text, that the operation is created with, such as {\"direction\":\"to_github\"}. "
                            + "Consumer: the same.", javaType = "String")
    public static final String OPERATION_DATA = WorkItem.OPERATION_DATA;

    private WorkHeaders() {
    }
}
