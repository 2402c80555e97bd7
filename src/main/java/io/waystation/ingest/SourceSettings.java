package io.waystation.ingest;

import java.util.List;

import io.waystation.channel.Quota;

/**
 * What holds for one source of webhooks.
 *
 * @param name unique name: the address of a source, or the name of a channel
 * @param channel channel its events go to
 * @param provider who sends
 * @param classifyAs whose events they are
 * @param scheme how they are signed
 * @param quota what it may take, beside its channel's quota
 * @param allow addresses that may send; empty means any
 * @param status status of a success
 * @param answer form of the answer
 * @param keepCredentials whether credential headers stay on its events
 */
record SourceSettings(
        String name, String channel, Provider provider, Provider classifyAs, SchemeSettings scheme, Quota quota,
        List<String> allow, int status, Answer answer, boolean keepCredentials) {
    /** Form of the answer to an accepted webhook. */
    enum Answer {
        /** Position and id of the event. */
        WAYSTATION,
        /** What gosmee clients and servers exchange. */
        GOSMEE
    }
}
