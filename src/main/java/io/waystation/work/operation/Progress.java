package io.waystation.work.operation;

/**
 * How far an operation is.
 *
 * @param percent 0 to 99; 100 is told by success alone
 * @param step what is being done, or null for what was done before
 * @param message for people, or null for the one before
 */
record Progress(int percent, String step, String message) {
    /** Most that progress may say. */
    static final int MOST = 99;
    private static final int LONGEST = 1_000;

    Progress {
        percent = Math.max(0, Math.min(MOST, percent));
        step = cut(step);
        message = cut(message);
    }

    /** What this says with what an earlier one said that this one leaves out. */
    Progress after(Progress earlier) {
        return new Progress(Math.max(percent, earlier.percent), step == null ? earlier.step : step,
                message == null ? earlier.message : message);
    }

    static String cut(String text) {
        return text == null || text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
    }
}
