package io.waystation.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.net.InetAddress;
import java.util.List;

import io.waystation.http.AddressRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every special range from both its ends, and the public addresses beside them. */
class AddressGuardTest {
    private final AddressGuard guard = new AddressGuard(List.of());

    /** Every range that Svix refuses, and the four it leaves out: Teredo, ORCHID, IPv4-compatible and site-local. */
    @ParameterizedTest
    @ValueSource(strings = {
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "255.255.255.255/32", "224.0.0.0/4", "192.0.2.0/24",
        "198.51.100.0/24", "203.0.113.0/24", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "240.0.0.0/4", "198.18.0.0/15", "0.0.0.0/8",
        "ff00::/8", "::1/128", "::/128", "fe80::/10", "fc00::/7", "2001:db8::/32", "3fff::/20", "100::/64", "2002::/16", "64:ff9b::/96",
        "64:ff9b:1::/48", "5f00::/16", "2001::/32", "2001:20::/28", "::/96", "fec0::/10"})
    void refusesTheFirstAndTheLastAddressOfEveryRangeAndWhatLiesBetween(String range) throws Exception {
        byte[] start = InetAddress.getByName(range.substring(0, range.indexOf('/'))).getAddress();
        int bits = 8 * start.length - Integer.parseInt(range.substring(range.indexOf('/') + 1));
        BigInteger first = new BigInteger(1, start);
        BigInteger size = BigInteger.ONE.shiftLeft(bits);
        for (BigInteger each : List.of(first, first.add(size.shiftRight(1)), first.add(size).subtract(BigInteger.ONE))) {
            byte[] bytes = new byte[start.length];
            byte[] magnitude = each.toByteArray();
            int length = Math.min(magnitude.length, bytes.length); // a leading zero is the sign
            System.arraycopy(magnitude, magnitude.length - length, bytes, bytes.length - length, length);
            assertThat(guard.refusal(InetAddress.getByAddress(bytes))).as("%s of %s", InetAddress.getByAddress(bytes), range).isPresent();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1", "127.255.255.255",
        "169.254.0.0", "169.254.169.254", "169.254.255.255", "172.16.0.0", "172.31.255.255", "192.0.0.0", "192.0.0.255", "192.0.2.1",
        "192.88.99.1", "192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.7", "203.0.113.255",
        "224.0.0.0", "239.255.255.255", "240.0.0.0", "255.255.255.254", "255.255.255.255",
        "::", "::1", "::7f00:1", "::a9fe:a9fe", "64:ff9b::7f00:1", "64:ff9b:1::1", "64:ff9b:1:ffff::", "100::1", "2001::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:10::1", "2001:20::1", "2001:2f:ffff::", "2001:db8::1", "2002:7f00:1::",
        "2002:a9fe:a9fe::1", "3fff::1", "3fff:fff::1", "5f00::1", "fc00::1", "fdff:ffff::1", "fe80::1", "febf::1", "fec0::1", "feff::1",
        "ff02::1", "ff0e::1"})
    void refusesWhatIsNotPublic(String address) throws Exception {
        assertThat(guard.refusal(InetAddress.getByName(address))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
        "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.0.3.0", "192.88.98.255", "192.88.100.0",
        "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "203.0.112.255", "203.0.114.0", "223.255.255.255",
        "2606:4700:4700::1111", "2001:4860:4860::8888", "2001:30::1", "2a00:1450::1", "3ffe::1", "64:ff9a::1", "2003::1"})
    void letsPublicAddressesThrough(String address) throws Exception {
        assertThat(guard.refusal(InetAddress.getByName(address))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.1.2.3", "::ffff:169.254.169.254"})
    void judgesAMappedAddressAsTheOneItStandsFor(String address) throws Exception {
        assertThat(guard.refusal(InetAddress.getByName(address))).get().asString().doesNotContain("::ffff");
        assertThat(guard.refusal(InetAddress.getByName("::ffff:8.8.8.8"))).isEmpty();
    }

    @Test
    void letsThroughWhatAnOperatorAllows() throws Exception {
        AddressGuard onPremises = new AddressGuard(List.of(AddressRange.of("10.1.0.0/16"), AddressRange.of("fd00:1::/32")));

        assertThat(onPremises.refusal(InetAddress.getByName("10.1.2.3"))).isEmpty();
        assertThat(onPremises.refusal(InetAddress.getByName("::ffff:10.1.2.3"))).isEmpty();
        assertThat(onPremises.refusal(InetAddress.getByName("fd00:1::5"))).isEmpty();
        assertThat(onPremises.refusal(InetAddress.getByName("10.2.0.1"))).get().asString()
                .isEqualTo("10.2.0.1 is private (10.0.0.0/8)");
        assertThat(onPremises.refusal(InetAddress.getByName("fd00:2::5"))).isPresent();
    }

    @Test
    void keepsTheAddressesOfANameThatMayBeUsed() throws Exception {
        InetAddress bad = InetAddress.getByName("127.0.0.1");
        InetAddress good = InetAddress.getByName("8.8.8.8");

        assertThat(guard.permitted(List.of(bad, good))).containsExactly(good);
        assertThat(guard.permitted(List.of(bad))).isEmpty();
    }
}
