package io.waystation.work;

import java.time.Duration;

import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;

/** Add work to a durable queue, and run it: keyed, coalesced, delayed, retried by schedule, fenced, dead-lettered. */
@UriEndpoint(firstVersion = "0.2.0", scheme = "work", title = "Work", syntax = "work:queue",
             category = {Category.MESSAGING, Category.WORKFLOW}, headersClass = WorkHeaders.class, remote = false)
public class WorkEndpoint extends DefaultEndpoint {
    @UriPath(description = "Name of the queue; it exists as soon as it is used.")
    @Metadata(required = true)
    private String queue;

    @UriParam(label = "producer", description = "Key of the item, or a Simple expression for it. Items of one key run one after the other. "
                            + "The event's key when empty, else the item's own id.")
    private String key;

    @UriParam(label = "producer", description = "Id of the item, or a Simple expression for it; a known id is not added again. Made of the "
                            + "event, the route and the key when empty.")
    private String id;

    @UriParam(label = "producer", description = "What asks for the item, kept with it, or a Simple expression for it. The event's id when empty.")
    private String cause;

    @UriParam(label = "producer", description = "Kind of operation that follows the item, such as update, or a Simple expression for it. None when empty.")
    private String operation;

    @UriParam(label = "producer", description = "What the operation is about, or a Simple expression for it.")
    private String subject;

    @UriParam(label = "producer", description = "Project the operation belongs to, or a Simple expression for it.")
    private String project;

    @UriParam(label = "producer", javaType = "java.time.Duration", defaultValue = "0", description = "How long the item waits at least before it runs.")
    private long delay;

    @UriParam(label = "producer", defaultValue = "0", description = "Items of a higher priority go first, whatever their key.")
    private int priority;

    @UriParam(label = "producer", defaultValue = "NONE",
              description = "What happens when an item of the key waits already: NONE adds another one; LATEST gives "
                            + "the waiting one the new cause, body and headers; FIRST gives it the new cause only.")
    private WorkAddition.Coalesce coalesce = WorkAddition.Coalesce.NONE;

    @UriParam(label = "producer", javaType = "java.time.Duration", defaultValue = "0",
              description = "With coalesce: the item waits until nothing of its key came for so long.")
    private long quiet;

    @UriParam(label = "producer", javaType = "java.time.Duration", defaultValue = "0",
              description = "With quiet: the item waits no longer than this in all. 0 is without end.")
    private long maxWait;

    @UriParam(label = "producer", defaultValue = "NONE",
              description = "Whom of its key the item replaces: NONE; WAITING those that wait; RUNNING these, and it tells the running one to stop.")
    private WorkAddition.Supersede supersede = WorkAddition.Supersede.NONE;

    @UriParam(label = "producer", defaultValue = "false",
              description = "With coalesce: whether the waiting item runs now even when it was deferred, because what it waits for may have come.")
    private boolean wake;

    @UriParam(label = "producer", defaultValue = "CamelCloudEvent*,CamelWaystation*",
              description = "Headers kept with the item, as texts; names separated by commas, an asterisk at the end stands for any rest. "
                            + "Other headers that start with Camel are never kept.")
    private String headers = "CamelCloudEvent*,CamelWaystation*";

    @UriParam(label = "producer,advanced", defaultValue = "true",
              description = "Whether the item is added in the transaction that ends the exchange, when a group of the "
                            + "log or another item started it: exactly once, or not at all when the exchange fails. "
                            + "Otherwise, and always with an operation, it is added at once.")
    private boolean join = true;

    @UriParam(label = "consumer", defaultValue = "1", description = "How many items run at once. Items of an asynchronous route hold no thread while they wait.")
    private int concurrency = 1;

    @UriParam(label = "consumer,advanced", defaultValue = "0",
              description = "How many threads begin items, for asynchronous routes that run thousands at once; 0 is one for each item.")
    private int threads;

    @UriParam(label = "consumer", defaultValue = "1", description = "How many items of one key run at once.")
    private int keyConcurrency = 1;

    @UriParam(label = "consumer", defaultValue = "false", description = "Whether an item that waits (retry, deferred, delay) holds back the later ones of its key.")
    private boolean ordered;

    @UriParam(description = "How long to wait after each failed attempt, such as 10s, 1m, 10m x 3, 1h, or none. One more attempt "
                            + "than waits is made, then the item is a dead letter. Of a producer it goes with the item, and "
                            + "may be a Simple expression; of a consumer it is for items that bring none.")
    private String retry;

    @UriParam(label = "consumer,advanced", defaultValue = "0.1", description = "A wait is longer by up to this part of it, at random, 0 to 1.")
    private double retryJitter = 0.1;

    @UriParam(label = "consumer", javaType = "java.time.Duration", defaultValue = "0",
              description = "An attempt that runs longer is told to stop and counts as failed. 0 is without limit.")
    private long timeLimit;

    @UriParam(label = "consumer,advanced", defaultValue = "5",
              description = "An item becomes a dead letter when the process ended more often than this, in a row, while it ran.")
    private int maxLost = 5;

    @UriParam(label = "consumer,advanced", javaType = "java.time.Duration", defaultValue = "0",
              description = "How long ended items, dead letters apart, are kept and their ids known. 0 takes the setting waystation.work.keep.")
    private long keep;

    /** For tools. */
    public WorkEndpoint() { }

    /** An endpoint of a component. */
    public WorkEndpoint(String uri, WorkComponent component) {
        super(uri, component);
    }

    @Override
    public Producer createProducer() throws Exception {
        if (quiet > 0 && coalesce == WorkAddition.Coalesce.NONE) {
            throw new IllegalArgumentException("work:" + queue + ": quiet needs coalesce=LATEST or coalesce=FIRST");
        }
        return new WorkProducer(this, ((WorkComponent) getComponent()).requireQueues());
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        Consumer consumer = new WorkConsumer(this, processor, ((WorkComponent) getComponent()).requireQueues());
        configureConsumer(consumer);
        return consumer;
    }

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        WorkAddition.requireQueueName(queue);
    }

    QueueOptions queueOptions() {
        return new QueueOptions(queue, concurrency, keyConcurrency, ordered, RetrySchedule.parse(retry), retryJitter, maxLost,
                Duration.ofMillis(timeLimit), Duration.ofMillis(keep));
    }

    /** Name of the queue. */
    public String getQueue() {
        return queue;
    }

    /** Sets the name of the queue. */
    public void setQueue(String queue) {
        this.queue = queue;
    }

    /** Key of the item. */
    public String getKey() {
        return key;
    }

    /** Sets: key of the item. */
    public void setKey(String key) {
        this.key = key;
    }

    /** Id of the item. */
    public String getId() {
        return id;
    }

    /** Sets: id of the item. */
    public void setId(String id) {
        this.id = id;
    }

    /** What asks for the item. */
    public String getCause() {
        return cause;
    }

    /** Sets what asks for the item. */
    public void setCause(String cause) {
        this.cause = cause;
    }

    /** Kind of operation. */
    public String getOperation() {
        return operation;
    }

    /** Sets: kind of operation. */
    public void setOperation(String operation) {
        this.operation = operation;
    }

    /** Subject of the operation. */
    public String getSubject() {
        return subject;
    }

    /** Sets: subject of the operation. */
    public void setSubject(String subject) {
        this.subject = subject;
    }

    /** Project of the operation. */
    public String getProject() {
        return project;
    }

    /** Sets: project of the operation. */
    public void setProject(String project) {
        this.project = project;
    }

    /** Delay, milliseconds. */
    public long getDelay() {
        return delay;
    }

    /** Sets: delay, milliseconds. */
    public void setDelay(long delay) {
        this.delay = delay;
    }

    /** Priority. */
    public int getPriority() {
        return priority;
    }

    /** Sets: priority. */
    public void setPriority(int priority) {
        this.priority = priority;
    }

    /** What happens when an item of the key waits. */
    public WorkAddition.Coalesce getCoalesce() {
        return coalesce;
    }

    /** Sets: what happens when an item of the key waits. */
    public void setCoalesce(WorkAddition.Coalesce coalesce) {
        this.coalesce = coalesce;
    }

    /** Quiet period, milliseconds. */
    public long getQuiet() {
        return quiet;
    }

    /** Sets: quiet period, milliseconds. */
    public void setQuiet(long quiet) {
        this.quiet = quiet;
    }

    /** Longest quiet period, milliseconds. */
    public long getMaxWait() {
        return maxWait;
    }

    /** Sets: longest quiet period, milliseconds. */
    public void setMaxWait(long maxWait) {
        this.maxWait = maxWait;
    }

    /** Whom the item replaces. */
    public WorkAddition.Supersede getSupersede() {
        return supersede;
    }

    /** Sets: whom the item replaces. */
    public void setSupersede(WorkAddition.Supersede supersede) {
        this.supersede = supersede;
    }

    /** Whether a deferred item runs now. */
    public boolean isWake() {
        return wake;
    }

    /** Sets: whether a deferred item runs now. */
    public void setWake(boolean wake) {
        this.wake = wake;
    }

    /** Headers kept. */
    public String getHeaders() {
        return headers;
    }

    /** Sets: headers kept. */
    public void setHeaders(String headers) {
        this.headers = headers;
    }

    /** Whether the item is added with the end of the exchange. */
    public boolean isJoin() {
        return join;
    }

    /** Sets: whether the item is added with the end of the exchange. */
    public void setJoin(boolean join) {
        this.join = join;
    }

    /** How many items run at once. */
    public int getConcurrency() {
        return concurrency;
    }

    /** Sets: how many items run at once. */
    public void setConcurrency(int concurrency) {
        this.concurrency = concurrency;
    }

    /** How many threads begin items. */
    public int getThreads() {
        return threads;
    }

    /** Sets: how many threads begin items. */
    public void setThreads(int threads) {
        this.threads = threads;
    }

    /** How many items of a key run at once. */
    public int getKeyConcurrency() {
        return keyConcurrency;
    }

    /** Sets: how many items of a key run at once. */
    public void setKeyConcurrency(int keyConcurrency) {
        this.keyConcurrency = keyConcurrency;
    }

    /** Whether an item that waits holds back later ones. */
    public boolean isOrdered() {
        return ordered;
    }

    /** Sets: whether an item that waits holds back later ones. */
    public void setOrdered(boolean ordered) {
        this.ordered = ordered;
    }

    /** Retry schedule. */
    public String getRetry() {
        return retry;
    }

    /** Sets: retry schedule. */
    public void setRetry(String retry) {
        this.retry = retry;
    }

    /** Random part of a wait. */
    public double getRetryJitter() {
        return retryJitter;
    }

    /** Sets: random part of a wait. */
    public void setRetryJitter(double retryJitter) {
        this.retryJitter = retryJitter;
    }

    /** Longest attempt, milliseconds. */
    public long getTimeLimit() {
        return timeLimit;
    }

    /** Sets: longest attempt, milliseconds. */
    public void setTimeLimit(long timeLimit) {
        this.timeLimit = timeLimit;
    }

    /** How often the process may end while an item runs. */
    public int getMaxLost() {
        return maxLost;
    }

    /** Sets: how often the process may end while an item runs. */
    public void setMaxLost(int maxLost) {
        this.maxLost = maxLost;
    }

    /** How long ended items are kept, milliseconds. */
    public long getKeep() {
        return keep;
    }

    /** Sets: how long ended items are kept, milliseconds. */
    public void setKeep(long keep) {
        this.keep = keep;
    }
}
