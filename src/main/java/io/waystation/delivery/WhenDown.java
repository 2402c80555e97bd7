package io.waystation.delivery;

import java.util.Arrays;

/** What becomes of the deliveries of an endpoint when every endpoint of its group is down. */
public enum WhenDown {
    /** They wait as they would without a group: tried by the schedule, kept while the endpoint is stopped. */
    HOLD("hold"),
    /** They are dead letters at once. */
    DEAD_LETTER("dead-letter"),
    /** Nothing more is sent; they wait until the endpoint pulls them or is up again. */
    PULL("pull");

    private final String text;

    WhenDown(String text) {
        this.text = text;
    }

    /** As it is written in the store, the API and the documents. */
    public String text() {
        return text;
    }

    /**
     * Reads what {@link #text()} wrote.
     *
     * @throws IllegalArgumentException when it is none of them
     */
    public static WhenDown of(String text) {
        return Arrays.stream(values()).filter(each -> each.text.equals(text)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("hold, dead-letter or pull is expected, not '" + text + "'"));
    }
}
