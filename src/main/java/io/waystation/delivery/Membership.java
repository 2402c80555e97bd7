package io.waystation.delivery;

/**
 * Which endpoints an endpoint stands together with.
 *
 * @param group name they share, or null when it stands alone
 * @param whenDown what becomes of its deliveries when all of them are down
 */
public record Membership(String group, WhenDown whenDown) {
    /** An endpoint that stands alone. */
    public static final Membership NONE = new Membership(null, WhenDown.HOLD);

    private static final int LONGEST = 200;

    /** Checks the name. */
    public Membership {
        if (group != null && (group.isBlank() || group.length() > LONGEST)) {
            throw new IllegalArgumentException("the name of a group has 1 to " + LONGEST + " characters");
        }
    }
}
