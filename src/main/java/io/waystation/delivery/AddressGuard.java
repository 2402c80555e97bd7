package io.waystation.delivery;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.waystation.http.AddressRange;

/**
 * Which addresses deliveries may go to: public ones, and ranges an operator allows.
 *
 * <p>Asked for every address right before it is connected to, so that a name that changes its address between
 * registration and delivery gains nothing. Addresses that carry an IPv4 address inside (mapped, 6to4, NAT64, Teredo) are
 * refused as whole ranges, mapped ones judged as the address they stand for. Immutable and thread-safe.
 *
 * @see <a href="https://www.iana.org/assignments/iana-ipv4-special-registry">IANA, special-purpose addresses</a>
 */
public final class AddressGuard {
    private static final Map<String, String> REFUSED = new LinkedHashMap<>();

    static {
        refuse("this network", "0.0.0.0/8");
        refuse("private", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16");
        refuse("shared address space", "100.64.0.0/10");
        refuse("loopback", "127.0.0.0/8", "::1/128");
        refuse("link-local", "169.254.0.0/16", "fe80::/10");
        refuse("protocol assignments", "192.0.0.0/24");
        refuse("documentation", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20");
        refuse("6to4", "192.88.99.0/24", "2002::/16");
        refuse("benchmarking", "198.18.0.0/15");
        refuse("multicast", "224.0.0.0/4", "ff00::/8");
        refuse("reserved", "240.0.0.0/4");
        refuse("unspecified", "::/128");
        refuse("IPv4-compatible", "::/96");
        refuse("NAT64", "64:ff9b::/96", "64:ff9b:1::/48");
        refuse("discard-only", "100::/64");
        refuse("Teredo", "2001::/32");
        refuse("ORCHID", "2001:10::/28", "2001:20::/28");
        refuse("segment routing", "5f00::/16");
        refuse("unique local", "fc00::/7");
        refuse("site-local", "fec0::/10");
    }

    private final List<Refused> refused;
    private final List<AddressRange> allowed;

    /** A guard that lets public addresses through, and these. */
    public AddressGuard(List<AddressRange> allowed) {
        this.allowed = List.copyOf(allowed);
        List<Refused> ranges = new ArrayList<>();
        REFUSED.forEach((range, kind) -> ranges.add(new Refused(AddressRange.of(range), kind)));
        this.refused = List.copyOf(ranges);
    }

    private static void refuse(String kind, String... ranges) {
        for (String range : ranges) {
            REFUSED.put(range, kind);
        }
    }

    /** Why an address may not be connected to, for a person; empty when it may. */
    public Optional<String> refusal(InetAddress address) {
        byte[] bytes = address.getAddress(); // Java makes an IPv4 address of a mapped one
        for (AddressRange range : allowed) {
            if (range.contains(bytes)) {
                return Optional.empty();
            }
        }
        for (Refused range : refused) {
            if (range.range().contains(bytes)) {
                return Optional.of(address.getHostAddress() + " is " + range.kind() + " (" + range.range() + ")");
            }
        }
        return Optional.empty();
    }

    /** Those of the addresses that may be connected to, in their order. */
    List<InetAddress> permitted(List<InetAddress> addresses) {
        return addresses.stream().filter(address -> refusal(address).isEmpty()).toList();
    }

    private record Refused(AddressRange range, String kind) {
    }
}
