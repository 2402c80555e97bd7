package io.waystation.event;

/**
 * Names of the message headers and exchange properties by which rooms hand an event on.
 *
 * <p>Headers start with {@code Camel} so that no HTTP request can set them: Camel's filters drop that
 * prefix from outside in any case of letters.
 */
public final class EventHeaders {
    /** CloudEvents attribute headers, named as Camel's own CloudEvents support names them. */
    public static final String ID = "CamelCloudEventID";

    /** See {@link #ID}. */
    public static final String SOURCE = "CamelCloudEventSource";

    /** See {@link #ID}. */
    public static final String TYPE = "CamelCloudEventType";

    /** See {@link #ID}; absent when the event has no subject. */
    public static final String SUBJECT = "CamelCloudEventSubject";

    /** See {@link #ID}; RFC 3339 text. */
    public static final String TIME = "CamelCloudEventTime";

    /** Channel of the event. */
    public static final String CHANNEL = "CamelWaystationChannel";

    /** Ordering key of the event. */
    public static final String KEY = "CamelWaystationKey";

    /** What verified the event, or {@link Event#UNVERIFIED}. */
    public static final String VERIFIED = "CamelWaystationVerified";

    /** {@link Position} in the log. */
    public static final String POSITION = "CamelWaystationPosition";

    /** Boolean: the append found this delivery id in the log already; {@link #POSITION} is the first event's. */
    public static final String DUPLICATE = "CamelWaystationDuplicate";

    /** Exchange property: the {@link Event} itself, with its original headers, method, path and query. */
    public static final String EVENT_PROPERTY = "CamelWaystationEvent";

    /**
     * Exchange property: {@link java.util.concurrent.Executor} of the connection the exchange came in on.
     * Whoever completes an exchange from another thread hands the completion to it, if it is there.
     */
    public static final String RESUME_EXECUTOR_PROPERTY = "CamelWaystationResumeExecutor";

    private EventHeaders() {
    }
}
