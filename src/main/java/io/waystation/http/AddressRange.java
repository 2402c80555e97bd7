package io.waystation.http;

import java.util.Arrays;
import java.util.List;

import io.netty.util.NetUtil;
import io.waystation.settings.InvalidSettingException;

/**
 * A range of IP addresses in CIDR notation, such as {@code 10.0.0.0/8}, {@code 2001:db8::/32} or a single
 * address. Never asks the name service.
 *
 * <p>IPv4 addresses written as IPv6 ({@code ::ffff:10.0.0.1}) are the IPv4 address they stand for.
 */
public final class AddressRange {
    private final byte[] network;
    private final int prefix;

    private AddressRange(byte[] network, int prefix) {
        this.network = network;
        this.prefix = prefix;
    }

    /**
     * Range of a text.
     *
     * @throws IllegalArgumentException when it is not an address or range
     */
    public static AddressRange of(String text) {
        int slash = text.indexOf('/');
        byte[] network = parse(slash < 0 ? text : text.substring(0, slash));
        if (network == null) {
            throw new IllegalArgumentException("'" + text + "' is not an IP address or range");
        }
        int bits = network.length * 8;
        int prefix = bits;
        if (slash >= 0) {
            try {
                prefix = Integer.parseInt(text.substring(slash + 1));
            } catch (NumberFormatException notANumber) {
                prefix = -1;
            }
            if (text.indexOf(':') >= 0 && bits == 32 && prefix >= 96) {
                prefix -= 96; // an IPv4 range written as IPv6
            }
        }
        if (prefix < 0 || prefix > bits) {
            throw new IllegalArgumentException("'" + text + "' has no prefix length from 0 to " + bits);
        }
        return new AddressRange(network, prefix);
    }

    /** Ranges of a setting; a bad one stops the start with the setting's name. */
    public static List<AddressRange> of(String key, List<String> texts) {
        try {
            return texts.stream().map(AddressRange::of).toList();
        } catch (IllegalArgumentException bad) {
            throw new InvalidSettingException(key, "must be IP addresses or ranges: " + bad.getMessage());
        }
    }

    /** Whether any of the ranges holds the address. */
    public static boolean anyContains(List<AddressRange> ranges, String address) {
        for (AddressRange range : ranges) {
            if (range.contains(address)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the range holds the address; false for a text that is no address. */
    public boolean contains(String address) {
        return contains(parse(address));
    }

    /** Whether the range holds the address of these bytes, 4 or 16; false for null. */
    public boolean contains(byte[] bytes) {
        if (bytes == null || bytes.length != network.length) {
            return false;
        }
        int whole = prefix / 8;
        if (!Arrays.equals(bytes, 0, whole, network, 0, whole)) {
            return false;
        }
        int mask = 0xFF00 >> prefix % 8 & 0xFF;
        return mask == 0 || ((bytes[whole] ^ network[whole]) & mask) == 0;
    }

    /** Bytes of an address, four of them for IPv4 however it is written; null when it is no address. */
    static byte[] parse(String address) {
        byte[] bytes = address == null ? null : NetUtil.createByteArrayFromIpAddressString(address);
        if (bytes != null && bytes.length == 16 && isMapped(bytes)) {
            return Arrays.copyOfRange(bytes, 12, 16);
        }
        return bytes;
    }

    private static boolean isMapped(byte[] bytes) {
        for (int i = 0; i < 10; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return bytes[10] == -1 && bytes[11] == -1;
    }

    @Override
    public String toString() {
        return NetUtil.bytesToIpAddress(network) + "/" + prefix;
    }
}
