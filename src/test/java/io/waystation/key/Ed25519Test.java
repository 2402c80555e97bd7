package io.waystation.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

import org.junit.jupiter.api.Test;

class Ed25519Test {
    private static final String NO_POINT = "02".repeat(Ed25519.RAW);

    @Test
    void refusesBytesThatAreNoPointOfTheCurve() {
        assertThatThrownBy(() -> Ed25519.publicKey(HexFormat.of().parseHex(NO_POINT))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("is no Ed25519 key");

        PublicKey key = Ed25519.generate().getPublic();
        byte[] encoded = key.getEncoded();
        assertThat(Ed25519.publicKey(Arrays.copyOfRange(encoded, encoded.length - Ed25519.RAW, encoded.length))).isEqualTo(key);
    }

    @Test
    void nothingIsSignedByAKeyThatIsNone() throws Exception {
        PublicKey none = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(HexFormat.of().parseHex("302a300506032b6570032100" + NO_POINT)));

        assertThat(Ed25519.verify(none, new byte[2 * Ed25519.RAW], new byte[0])).isFalse();
    }
}
