package io.waystation.ingest;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

import io.waystation.event.Headers;

/** Who sends webhooks: how they are signed, what they say, and what success they want to hear. */
enum Provider {
    GITHUB("github", 202, new ForgeEvents("github", "x-github-event", "x-github-delivery")),
    HMAC("hmac", 202, new GenericEvents()),
    BEARER("bearer", 202, new GenericEvents()),
    /** Any of the common schemes: the signature header decides. */
    AUTO("auto", 202, new GenericEvents()),
    /** Anybody may send; events are never verified. */
    NONE("none", 202, new GenericEvents());

    private final String id;
    private final int successStatus;
    private final Classifier classifier;

    Provider(String id, int successStatus, Classifier classifier) {
        this.id = id;
        this.successStatus = successStatus;
        this.classifier = classifier;
    }

    /** Provider of a name used in routes and settings. */
    static Optional<Provider> of(String id) {
        return Arrays.stream(values()).filter(provider -> provider.id.equals(id)).findFirst();
    }

    /** Every name, for messages. */
    static String names() {
        return Arrays.stream(values()).map(Provider::id).collect(Collectors.joining(", "));
    }

    /** Who a request says it comes from; proves nothing. */
    static Provider claimedBy(Headers headers) {
        return headers.first("x-github-event").isPresent() ? GITHUB : NONE;
    }

    /** Name used in routes, settings, metrics and {@code verified}. */
    String id() {
        return id;
    }

    /** Status the provider expects for an accepted webhook. */
    int successStatus() {
        return successStatus;
    }

    /** Reads its events. */
    Classifier classifier() {
        return classifier;
    }
}
