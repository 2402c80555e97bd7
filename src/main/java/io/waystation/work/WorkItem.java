package io.waystation.work;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.apache.camel.Exchange;

/**
 * One piece of durable work, as its route gets it.
 *
 * @param queue queue it belongs to
 * @param id names it within its queue; adding a known id again does nothing
 * @param key items of one key run one after the other, unless the queue allows more
 * @param attempt which attempt this is, 1 for the first; 0 while none was made
 * @param causes ids of everything that asked for it, oldest first; more than one when additions were coalesced
 * @param body exact bytes, not copied: do not change them
 * @param attributes headers that were kept with it, in the order they were set
 * @param operation id of the operation that follows it, or null
 */
public record WorkItem(String queue, String id, String key, int attempt, List<String> causes, byte[] body,
        Map<String, String> attributes, String operation) {
    /** Exchange property that holds the item while its route runs. */
    public static final String PROPERTY = "CamelWaystationWorkItem";

    /** Attribute of an item with an operation: what kind of operation, such as {@code update}. */
    public static final String OPERATION_KIND = "CamelWaystationOperationKind";

    /** Attribute of an item with an operation: what it is about, such as a subsystem or a repository; may be absent. */
    public static final String OPERATION_SUBJECT = "CamelWaystationOperationSubject";

    /** Attribute of an item with an operation: the project it belongs to; may be absent. */
    public static final String OPERATION_PROJECT = "CamelWaystationOperationProject";

    /** Attribute of an item with an operation: a JSON object, as text, that the operation is created with; may be absent. */
    public static final String OPERATION_DATA = "CamelWaystationOperationData";

    /** Keeps causes and attributes from changing. */
    public WorkItem {
        causes = List.copyOf(causes);
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    }

    /** Kind of the operation, or null without one. */
    public String operationKind() {
        return attributes.get(OPERATION_KIND);
    }

    /** Subject of the operation, or null. */
    public String operationSubject() {
        return attributes.get(OPERATION_SUBJECT);
    }

    /** Project of the operation, or null. */
    public String operationProject() {
        return attributes.get(OPERATION_PROJECT);
    }

    /** The item whose route an exchange runs, or null. */
    public static WorkItem of(Exchange exchange) {
        return exchange.getProperty(PROPERTY, WorkItem.class);
    }
}
