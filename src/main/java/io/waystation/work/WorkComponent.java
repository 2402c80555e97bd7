package io.waystation.work;

import java.util.Map;

import org.apache.camel.Endpoint;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;

/** The {@code work:} component: durable queues of keyed work. */
@Component("work")
public class WorkComponent extends DefaultComponent {
    @Metadata(autowired = true, description = "The queues. Found in the registry when there is one.")
    private WorkQueues queues;

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        WorkEndpoint endpoint = new WorkEndpoint(uri, this);
        endpoint.setQueue(remaining);
        setProperties(endpoint, parameters);
        return endpoint;
    }

    /** The queues. */
    public WorkQueues getQueues() {
        return queues;
    }

    /** Sets the queues. */
    public void setQueues(WorkQueues queues) {
        this.queues = queues;
    }

    /** The queues, which must be there. */
    WorkQueues requireQueues() {
        if (queues == null) {
            throw new IllegalStateException("the work component has no queues; bind them in the registry");
        }
        return queues;
    }
}
