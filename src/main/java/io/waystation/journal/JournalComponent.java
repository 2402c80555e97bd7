package io.waystation.journal;

import java.util.Map;

import org.apache.camel.Endpoint;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;

/** The {@code journal:} component: appends events to the log and reads them back, alone or as a group. */
@Component("journal")
public class JournalComponent extends DefaultComponent {
    @Metadata(autowired = true, description = "The log to append to and to read. Found in the registry when there is one.")
    private Journal journal;

    @Metadata(autowired = true, label = "consumer",
              description = "The groups of the log; needed by consumers that name a group. Found in the registry.")
    private Groups groups;

    @Metadata(autowired = true, label = "producer",
              description = "What groups could not process; when an event is delivered once more, what its first delivery "
                            + "left here is tried again. Found in the registry.")
    private DeadLetters deadLetters;

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        JournalEndpoint endpoint = new JournalEndpoint(uri, this);
        endpoint.setTopic(remaining);
        setProperties(endpoint, parameters);
        return endpoint;
    }

    /** The log. */
    public Journal getJournal() {
        return journal;
    }

    /** Sets the log. */
    public void setJournal(Journal journal) {
        this.journal = journal;
    }

    /** The groups. */
    public Groups getGroups() {
        return groups;
    }

    /** Sets the groups. */
    public void setGroups(Groups groups) {
        this.groups = groups;
    }

    /** The dead letters. */
    public DeadLetters getDeadLetters() {
        return deadLetters;
    }

    /** Sets the dead letters. */
    public void setDeadLetters(DeadLetters deadLetters) {
        this.deadLetters = deadLetters;
    }
}
