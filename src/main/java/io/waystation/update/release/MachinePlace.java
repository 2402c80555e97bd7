package io.waystation.update.release;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Where a machine stands in the order in which machines are admitted to a release. Stateless. */
public final class MachinePlace {
    private static final int PLACES = 100;

    private MachinePlace() {
    }

    /**
     * A number that looks random and is always the same: the first 32 bits of the SHA-256 of
     * {@code machine/subsystem/version}, modulo 100.
     *
     * @return 0 to 99; the machine is admitted when this is less than the percentage
     */
    public static int of(String machine, String subsystem, String version) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest((machine + "/" + subsystem + "/" + version).getBytes(StandardCharsets.UTF_8));
            return Integer.remainderUnsigned(ByteBuffer.wrap(digest).getInt(), PLACES);
        } catch (NoSuchAlgorithmException never) {
            throw new IllegalStateException(never);
        }
    }
}
