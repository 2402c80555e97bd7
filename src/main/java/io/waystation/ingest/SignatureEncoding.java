package io.waystation.ingest;

import java.util.Base64;
import java.util.HexFormat;

/** How the bytes of a signature are written in a header. */
enum SignatureEncoding {
    /** Hexadecimal, either case. */
    HEX {
        @Override
        byte[] decode(String text) {
            try {
                return HexFormat.of().parseHex(text);
            } catch (IllegalArgumentException malformed) {
                return NOTHING;
            }
        }
    },
    /** Standard Base64 with padding. */
    BASE64 {
        @Override
        byte[] decode(String text) {
            try {
                return Base64.getDecoder().decode(text);
            } catch (IllegalArgumentException malformed) {
                return NOTHING;
            }
        }
    };

    private static final byte[] NOTHING = {};

    /** The bytes; none when the text is malformed, which no signature equals. */
    abstract byte[] decode(String text);
}
