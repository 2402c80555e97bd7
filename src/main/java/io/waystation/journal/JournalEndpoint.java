package io.waystation.journal;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

import io.waystation.event.Event;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;

/** Append webhook events to the hub's durable log, and consume them alone or as a group with a committed position. */
@UriEndpoint(firstVersion = "0.1.0", scheme = "journal", title = "Journal", syntax = "journal:topic",
             category = {Category.MESSAGING}, headersClass = JournalHeaders.class, remote = false)
public class JournalEndpoint extends DefaultEndpoint {
    /** The only topic of the embedded log. */
    static final String EVENTS = "events";

    @UriPath(description = "Name of the log. The embedded log has one: events.")
    @Metadata(required = true)
    private String topic;

    @UriParam(label = "consumer",
              description = "Name of the group that reads. Its position is kept in the store: after a restart it goes on "
                            + "where it was. Without a group the consumer starts at the tail and keeps no position.")
    private String group;

    @UriParam(label = "consumer",
              description = "Event types to read, separated by commas; an asterisk stands for any characters. All when empty.")
    private String types;

    @UriParam(label = "consumer",
              description = "Event sources to read, separated by commas; an asterisk stands for any characters. All when empty.")
    private String sources;

    @UriParam(label = "consumer",
              description = "Channels to read, separated by commas; an asterisk stands for any characters. All when empty.")
    private String channels;

    @UriParam(label = "consumer", defaultValue = "verified", enums = "verified,any",
              description = "Whether to read only events whose sender was proven (verified), or also those anybody could "
                            + "have sent (any).")
    private String verified = "verified";

    @UriParam(label = "consumer,advanced",
              description = "Bean (java.util.function.Predicate of io.waystation.event.Event) that is asked about each event "
                            + "the other filters let through, before an exchange is made for it. Only with a group.")
    private Predicate<Event> accept;

    @UriParam(label = "consumer", defaultValue = "1",
              description = "How many keys are processed at once. Events of one key always come one after the other.")
    private int concurrency = 1;

    @UriParam(label = "consumer", defaultValue = "false",
              description = "Hand over batches (io.waystation.event.EventBatch) instead of single events. A batch that fails "
                            + "is tried again, and in the end each of its events alone: those that fail become dead letters.")
    private boolean batch;

    @UriParam(label = "consumer,advanced", defaultValue = "10",
              description = "How often a batch is tried, with growing pauses up to 30 seconds, before each of its events is "
                            + "tried alone and becomes a dead letter when it fails. 0 tries the batch for ever.")
    private int batchAttempts = 10;

    @UriParam(label = "consumer,advanced", defaultValue = "1000",
              description = "How many events may be begun and not yet committed. A crash repeats so many at most: small for "
                            + "effects outside, such as HTTP calls; large for speed. Not for batches, of which four may be open.")
    private int window = 1_000;

    @UriParam(label = "consumer", defaultValue = "tail",
              description = "Where a new group starts: tail (events from now on), oldest (everything the log still has) or "
                            + "a position to start behind, such as 1767225600000-42. A group that has a position ignores it.")
    private String from = "tail";

    @UriParam(label = "consumer,advanced", defaultValue = "256",
              description = "How many events are read from the log at once, and at most in a batch.")
    private int maxEvents = 256;

    @UriParam(label = "consumer,advanced", javaType = "java.time.Duration", defaultValue = "0",
              description = "How long after the last batch the next one waits for more events, unless it is full before. "
                            + "Only with batch: fewer, larger batches cost fewer commits.")
    private long linger;

    /** For tools. */
    public JournalEndpoint() {
    }

    /** An endpoint of a component. */
    public JournalEndpoint(String uri, JournalComponent component) {
        super(uri, component);
    }

    @Override
    public Producer createProducer() throws Exception {
        return new JournalProducer(this, journal(), component().getDeadLetters());
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        Consumer consumer = group == null
                ? new JournalTailConsumer(this, processor, journal())
                : new JournalGroupConsumer(this, processor, groups());
        configureConsumer(consumer);
        return consumer;
    }

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        if (!EVENTS.equals(topic)) {
            throw new IllegalArgumentException("the embedded log has one topic, journal:events, not '" + topic + "'");
        }
        if (!"verified".equals(verified) && !"any".equals(verified)) {
            throw new IllegalArgumentException("verified must be verified or any, not '" + verified + "'");
        }
    }

    private JournalComponent component() {
        return (JournalComponent) getComponent();
    }

    private Journal journal() {
        if (component().getJournal() == null) {
            throw new IllegalStateException("the journal component has no log; bind one in the registry");
        }
        return component().getJournal();
    }

    private Groups groups() {
        if (component().getGroups() == null) {
            throw new IllegalStateException("the journal component has no groups; bind one in the registry");
        }
        return component().getGroups();
    }

    EventFilter filter() {
        return new EventFilter(split(types), split(sources), split(channels), "verified".equals(verified));
    }

    private static List<String> split(String patterns) {
        return patterns == null
                ? List.of()
                : Arrays.stream(patterns.split(",")).map(String::trim).filter(text -> !text.isEmpty()).toList();
    }

    GroupOptions groupOptions() {
        return new GroupOptions(group, filter(), accept, concurrency, batch, from, maxEvents, linger, window, batchAttempts);
    }

    /** Name of the log. */
    public String getTopic() {
        return topic;
    }

    /** Sets the name of the log. */
    public void setTopic(String topic) {
        this.topic = topic;
    }

    /** Name of the group that reads. */
    public String getGroup() {
        return group;
    }

    /** Sets the name of the group that reads. */
    public void setGroup(String group) {
        this.group = group;
    }

    /** Event types to read. */
    public String getTypes() {
        return types;
    }

    /** Sets the event types to read. */
    public void setTypes(String types) {
        this.types = types;
    }

    /** Event sources to read. */
    public String getSources() {
        return sources;
    }

    /** Sets the event sources to read. */
    public void setSources(String sources) {
        this.sources = sources;
    }

    /** Channels to read. */
    public String getChannels() {
        return channels;
    }

    /** Sets the channels to read. */
    public void setChannels(String channels) {
        this.channels = channels;
    }

    /** Whether unverified events are read too. */
    public String getVerified() {
        return verified;
    }

    /** Sets whether unverified events are read too. */
    public void setVerified(String verified) {
        this.verified = verified;
    }

    /** Which events are wanted beside the other filters, or null. */
    public Predicate<Event> getAccept() {
        return accept;
    }

    /** Sets which events are wanted beside the other filters. */
    public void setAccept(Predicate<Event> accept) {
        this.accept = accept;
    }

    /** How many keys are processed at once. */
    public int getConcurrency() {
        return concurrency;
    }

    /** Sets how many keys are processed at once. */
    public void setConcurrency(int concurrency) {
        this.concurrency = concurrency;
    }

    /** Whether batches are handed over. */
    public boolean isBatch() {
        return batch;
    }

    /** Sets whether batches are handed over. */
    public void setBatch(boolean batch) {
        this.batch = batch;
    }

    /** How often a batch is tried before its events are tried alone. */
    public int getBatchAttempts() {
        return batchAttempts;
    }

    /** Sets how often a batch is tried before its events are tried alone. */
    public void setBatchAttempts(int batchAttempts) {
        this.batchAttempts = batchAttempts;
    }

    /** How many events may be begun and not yet committed. */
    public int getWindow() {
        return window;
    }

    /** Sets how many events may be begun and not yet committed. */
    public void setWindow(int window) {
        this.window = window;
    }

    /** Where a new group starts. */
    public String getFrom() {
        return from;
    }

    /** Sets where a new group starts. */
    public void setFrom(String from) {
        this.from = from;
    }

    /** How many events are read at once. */
    public int getMaxEvents() {
        return maxEvents;
    }

    /** Sets how many events are read at once. */
    public void setMaxEvents(int maxEvents) {
        this.maxEvents = maxEvents;
    }

    /** How long a batch waits for more events, milliseconds. */
    public long getLinger() {
        return linger;
    }

    /** Sets how long a batch waits for more events, milliseconds. */
    public void setLinger(long linger) {
        this.linger = linger;
    }
}
