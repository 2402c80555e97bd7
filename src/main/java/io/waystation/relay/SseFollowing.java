package io.waystation.relay;

import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;

/** Options of {@code from: sse:https://host/channel}. */
@UriParams
public class SseFollowing {
    @UriParam(label = "consumer", enums = "auto,waystation,gosmee,smee", defaultValue = "auto",
            description = "Kind of stream; auto asks the server")
    private String dialect = "auto";
    @UriParam(label = "consumer", description = "Name of a cursor the hub keeps, so that a restart goes on where it was")
    private String cursor;
    @UriParam(label = "consumer", description = "File that keeps the position, so that a restart goes on where it was")
    private String stateFile;
    @UriParam(label = "consumer,security", secret = true, description = "Sent to the server as a bearer token")
    private String token;
    @UriParam(label = "consumer", description = "Raw query of the channel address, such as pubkey=...")
    private String query;
    @UriParam(label = "consumer", description = "More request headers, as a reference to a map of texts")
    private Map<String, String> requestHeaders = new HashMap<>();
    @UriParam(label = "consumer,security", defaultValue = "false", description = "Takes any TLS certificate")
    private boolean insecure;
    @UriParam(label = "consumer", defaultValue = "10s", javaType = "java.time.Duration",
            description = "Longest wait for a connection and for its first answer")
    private Duration connectTimeout = Duration.ofSeconds(10);
    @UriParam(label = "consumer", defaultValue = "75s", javaType = "java.time.Duration",
            description = "Longest silence before the connection is given up")
    private Duration idleTimeout = Duration.ofSeconds(75);
    @UriParam(label = "consumer", defaultValue = "1s", javaType = "java.time.Duration",
            description = "Bound of the first delay before a reconnect; it doubles from there")
    private Duration reconnectDelay = Duration.ofSeconds(1);
    @UriParam(label = "consumer", defaultValue = "60s", javaType = "java.time.Duration",
            description = "Bound of the longest delay before a reconnect")
    private Duration maximumReconnectDelay = Duration.ofSeconds(60);
    @UriParam(label = "consumer", description = "Endpoint, such as direct:name, that gets an exchange without a body each time the "
                                               + "stream was connected again or has lost events")
    private String reconnected;
    @UriParam(label = "consumer", defaultValue = "1",
            description = "How many events run through the route at once; those of one key never do")
    private int parallel = 1;
    @UriParam(label = "consumer", defaultValue = "1000", description = "How many events may be taken and not done with")
    private int maxInFlight = 1000;
    @UriParam(label = "consumer", defaultValue = "67108864", description = "How many bytes those events may have, bodies, headers and attributes together")
    private long maxInFlightBytes = 64L << 20;
    @UriParam(label = "consumer", defaultValue = "67108864", description = "Largest message taken; a larger one is passed over")
    private int maxMessageBytes = EventStreamParser.DEFAULT_MAX_BYTES;

    /** The follower's options for a channel address. */
    FollowerOptions options(String target) {
        String address = query == null || query.isBlank() ? target : target + "?" + query;
        return new FollowerOptions(URI.create(address), StreamDialect.named(dialect), token, requestHeaders, cursor,
                insecure, connectTimeout, idleTimeout, reconnectDelay, maximumReconnectDelay, maxMessageBytes);
    }

    public String getDialect() {
        return dialect;
    }

    public void setDialect(String dialect) {
        this.dialect = dialect;
    }

    public String getCursor() {
        return cursor;
    }

    public void setCursor(String cursor) {
        this.cursor = cursor.isBlank() ? null : cursor;
    }

    public String getStateFile() {
        return stateFile;
    }

    public void setStateFile(String stateFile) {
        this.stateFile = stateFile.isBlank() ? null : stateFile;
    }

    public String getToken() {
        return token;
    }

    public void setToken(String token) {
        this.token = token.isBlank() ? null : token;
    }

    public String getQuery() {
        return query;
    }

    public void setQuery(String query) {
        this.query = query;
    }

    public Map<String, String> getRequestHeaders() {
        return requestHeaders;
    }

    public void setRequestHeaders(Map<String, String> requestHeaders) {
        this.requestHeaders = requestHeaders;
    }

    public boolean isInsecure() {
        return insecure;
    }

    public void setInsecure(boolean insecure) {
        this.insecure = insecure;
    }

    public Duration getConnectTimeout() {
        return connectTimeout;
    }

    public void setConnectTimeout(Duration connectTimeout) {
        this.connectTimeout = connectTimeout;
    }

    public Duration getIdleTimeout() {
        return idleTimeout;
    }

    public void setIdleTimeout(Duration idleTimeout) {
        this.idleTimeout = idleTimeout;
    }

    public Duration getReconnectDelay() {
        return reconnectDelay;
    }

    public void setReconnectDelay(Duration reconnectDelay) {
        this.reconnectDelay = reconnectDelay;
    }

    public Duration getMaximumReconnectDelay() {
        return maximumReconnectDelay;
    }

    public void setMaximumReconnectDelay(Duration maximumReconnectDelay) {
        this.maximumReconnectDelay = maximumReconnectDelay;
    }

    public String getReconnected() {
        return reconnected;
    }

    public void setReconnected(String reconnected) {
        this.reconnected = reconnected.isBlank() ? null : reconnected;
    }

    public int getParallel() {
        return parallel;
    }

    public void setParallel(int parallel) {
        this.parallel = parallel;
    }

    public int getMaxInFlight() {
        return maxInFlight;
    }

    public void setMaxInFlight(int maxInFlight) {
        this.maxInFlight = maxInFlight;
    }

    public long getMaxInFlightBytes() {
        return maxInFlightBytes;
    }

    public void setMaxInFlightBytes(long maxInFlightBytes) {
        this.maxInFlightBytes = maxInFlightBytes;
    }

    public int getMaxMessageBytes() {
        return maxMessageBytes;
    }

    public void setMaxMessageBytes(int maxMessageBytes) {
        this.maxMessageBytes = maxMessageBytes;
    }
}
