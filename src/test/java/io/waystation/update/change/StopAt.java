package io.waystation.update.change;

/** Stops a hub at its n-th boundary, as a kill would: by an error that nothing catches. */
final class StopAt implements Boundary {
    private final int stop;
    private int passed;
    private String last;

    StopAt(int stop) {
        this.stop = stop;
    }

    /** The hub was killed. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        private Killed(String where) {
            super(where, null, false, false);
        }
    }

    @Override
    public void reached(String after) {
        last = after;
        if (++passed == stop) {
            throw new Killed(after);
        }
    }

    /** How many boundaries were passed. */
    int passed() {
        return passed;
    }

    String last() {
        return last;
    }
}
