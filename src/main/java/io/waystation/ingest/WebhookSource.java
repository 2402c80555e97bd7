package io.waystation.ingest;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.waystation.channel.ChannelName;
import io.waystation.channel.Quota;
import io.waystation.ingest.SourceSettings.Answer;
import io.waystation.settings.Durations;
import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Secret;

/**
 * The source of one route of the template {@code source}; its properties are the template's parameters, where
 * each is described.
 *
 * <p>Everything is checked when the route starts: a route with a missing secret or a mistyped provider never
 * opens its address.
 */
public final class WebhookSource {
    private static final Logger LOG = LoggerFactory.getLogger(WebhookSource.class);

    private Ingest ingest;
    private String address;
    private String channel;
    private String provider;
    private String classifyAs = "";
    private String secrets = "";
    private String window = "";
    private String allow = "";
    private String rate = "";
    private String status = "";
    private String header = "";
    private String prefix = "";
    private String algorithm = "";
    private String encoding = "";
    private boolean keepCredentials;
    private List<Secret> resolved;
    private volatile Source source;

    /** Builds the source, after every property is set. */
    public void start() {
        if (!ChannelName.isWellFormed(channel)) {
            throw invalid("names the malformed channel '" + channel + "'");
        }
        resolved = resolve();
        source = build(resolved);
        ingest.add(this);
    }

    /** Takes the secrets into use that their files have now. */
    void refreshSecrets() {
        List<Secret> now = resolve();
        if (!now.equals(resolved)) {
            source = build(now);
            resolved = now;
            LOG.info("The {} has new secrets", name());
        }
    }

    String channel() {
        return channel;
    }

    private List<Secret> resolve() {
        return list(secrets).stream()
                .map(reference -> Secret.resolve(name(), reference, ingest.sources().literalSecrets())).toList();
    }

    private Source build(List<Secret> with) {
        Provider sender = SourceFactory.provider(name(), provider);
        return ingest.sources().of(new SourceSettings(
                address,
                channel,
                sender,
                classifyAs.isBlank() ? sender : SourceFactory.provider(name(), classifyAs),
                scheme(with),
                rate.isBlank() ? Quota.UNLIMITED : new Quota(number("rate", rate, 1_000_000), 0, 0, 0),
                list(allow),
                status.isBlank() ? sender.successStatus() : status(),
                Answer.WAYSTATION,
                keepCredentials));
    }

    private SchemeSettings scheme(List<Secret> with) {
        SchemeSettings usual = ingest.sources().scheme(with, window.isBlank() ? null : duration(window));
        return new SchemeSettings(
                with,
                usual.window(),
                usual.clock(),
                usual.legacySha1(),
                header.isBlank() ? usual.header() : header,
                prefix,
                algorithm.isBlank() ? usual.algorithm() : algorithm,
                encoding.isBlank() ? usual.encoding() : encoding());
    }

    /** Verifies a request and puts its event in place of the message. */
    public void verify(Exchange exchange) {
        ingest.accept(exchange, source);
    }

    private Duration duration(String text) {
        try {
            return Durations.parse(text);
        } catch (IllegalArgumentException malformed) {
            throw invalid("has a window that " + malformed.getMessage());
        }
    }

    private SignatureEncoding encoding() {
        return Arrays.stream(SignatureEncoding.values()).filter(e -> e.name().equalsIgnoreCase(encoding)).findFirst()
                .orElseThrow(() -> invalid("has the encoding '" + encoding + "'; it is hex or base64"));
    }

    private int status() {
        int number = number("status", status, 299);
        if (number < 200) {
            throw invalid("has the status " + number + "; a success is 200 to 299");
        }
        return number;
    }

    private int number(String parameter, String text, int most) {
        return Optional.of(text.trim()).filter(digits -> digits.matches("\\d{1,7}")).map(Integer::valueOf)
                .filter(number -> number <= most)
                .orElseThrow(() -> invalid("has the " + parameter + " '" + text + "', which is no number up to " + most));
    }

    private static List<String> list(String text) {
        return Arrays.stream(text.split(",")).map(String::trim).filter(item -> !item.isEmpty()).toList();
    }

    private String name() {
        return "source " + address;
    }

    private InvalidSettingException invalid(String problem) {
        return new InvalidSettingException(name(), problem);
    }

    /** The bean that does the work. */
    public void setIngest(Ingest ingest) {
        this.ingest = ingest;
    }

    /** Path under the hub; also the name of the source. */
    public void setAddress(String address) {
        this.address = address;
    }

    /** Channel the events go to. */
    public void setChannel(String channel) {
        this.channel = channel;
    }

    /** Who sends and signs. */
    public void setProvider(String provider) {
        this.provider = provider;
    }

    /** Whose events they are, if another's than the provider's. */
    public void setClassifyAs(String classifyAs) {
        this.classifyAs = classifyAs;
    }

    /** References of the secrets, comma-separated. */
    public void setSecrets(String secrets) {
        this.secrets = secrets;
    }

    /** Replay window. */
    public void setWindow(String window) {
        this.window = window;
    }

    /** Addresses and ranges that may send, comma-separated. */
    public void setAllow(String allow) {
        this.allow = allow;
    }

    /** Events per second. */
    public void setRate(String rate) {
        this.rate = rate;
    }

    /** Status of a success. */
    public void setStatus(String status) {
        this.status = status;
    }

    /** Signature header of provider hmac. */
    public void setHeader(String header) {
        this.header = header;
    }

    /** What the signature header's value starts with. */
    public void setPrefix(String prefix) {
        this.prefix = prefix;
    }

    /** Hash of provider hmac. */
    public void setAlgorithm(String algorithm) {
        this.algorithm = algorithm;
    }

    /** How provider hmac writes signatures. */
    public void setEncoding(String encoding) {
        this.encoding = encoding;
    }

    /** Whether credential headers stay on the events. */
    public void setKeepCredentials(boolean keepCredentials) {
        this.keepCredentials = keepCredentials;
    }
}
