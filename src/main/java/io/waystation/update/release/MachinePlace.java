package io.waystation.update.release;

import java.nio.ByteBuffer;

import org.apache.commons.codec.digest.DigestUtils;

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
        byte[] digest = DigestUtils.sha256(machine + "/" + subsystem + "/" + version);
        return Integer.remainderUnsigned(ByteBuffer.wrap(digest).getInt(), PLACES);
    }
}
