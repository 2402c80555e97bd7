package io.waystation.delivery;

import java.util.Locale;

/** Why an attempt failed, in stable words. */
public enum ErrorClass {
    /** The name has no address, or nobody answered for it. */
    DNS_ERROR,
    /** Every address of the name is one that deliveries may not go to. */
    ADDRESS_REFUSED,
    /** Nobody listens there. */
    CONNECTION_REFUSED,
    /** The connection ended before the answer. */
    CONNECTION_RESET,
    /** No way leads there. */
    NETWORK_UNREACHABLE,
    /** No answer in time. */
    TIMEOUT,
    /** No TLS connection, such as an expired certificate. */
    TLS_ERROR,
    /** The endpoint answered with a redirect, which is never followed. */
    REDIRECT,
    /** The endpoint answered with a status that is no success. */
    STATUS,
    /** Something else on the way. */
    NETWORK_ERROR;

    /** As it is written in the store, the API and the documents. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
