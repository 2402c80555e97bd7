package io.waystation.delivery;

import java.time.Duration;

import io.waystation.settings.Durations;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;

/** The step of {@code signed-delivery-sink}: sends the body as the delivery that the exchange runs. Holds no thread meanwhile. */
public final class DeliveryStep extends AsyncProcessorSupport {
    private DeliverySender sender;
    private Duration within;
    private boolean retryClientErrors;
    private Duration longestRetryAfter;

    /** Sets who sends. */
    public void setSender(DeliverySender sender) {
        this.sender = sender;
    }

    /** Sets the time of one attempt, such as {@code 20s}. */
    public void setWithin(String within) {
        this.within = Durations.parse(within);
    }

    /** Sets what happens after a status of 400 to 499: {@code retry} or {@code dead}. */
    public void setClientErrors(String clientErrors) {
        if (!clientErrors.equals("retry") && !clientErrors.equals("dead")) {
            throw new IllegalArgumentException("clientErrors must be retry or dead, not '" + clientErrors + "'");
        }
        this.retryClientErrors = clientErrors.equals("retry");
    }

    /** Sets up to what a {@code Retry-After} counts. */
    public void setLongestRetryAfter(String longest) {
        this.longestRetryAfter = Durations.parse(longest);
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        try {
            sender.send(exchange, new DeliveryPolicy(within, retryClientErrors, longestRetryAfter), () -> callback.done(false));
            return false;
        } catch (RuntimeException e) {
            exchange.setException(e);
            callback.done(true);
            return true;
        }
    }
}
