package io.waystation.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waystation.http.ProblemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointAddressTest {
    @ParameterizedTest
    @ValueSource(strings = {
        "http://example.com/", "ftp://example.com/", "https:example.com", "//example.com/", "example.com", "https:///path", "https://",
        "https://user@example.com/", "https://user:pass@example.com/", "https://example.com@127.0.0.1/", "https://@example.com/",
        "https://example.com#@127.0.0.1/", "https://example.com/#part", "https://example.com./", "https://localhost./",
        "https://127.1/", "https://0x7f.0.0.1/", "https://0x7f000001/", "https://2130706433/", "https://017700000001/",
        "https://0177.0.0.1/", "https://127.0.0.01/", "https://127.0.0.1.5/", "https://example.0x1/", "https://[fe80::1%25eth0]/",
        "https://[::1/", "https://exam ple.com/", "https://example.com:0/", "https://example.com:65536/", "https://example.com:x/",
        "https://\u0435xample.com/", "https://example.com\\@127.0.0.1/", "https://-example.com/", "https://exa%6dple.com/",
        "https://0/", "https://0x0/", "https://127.000.000.001/", "https://0x7f.1/", "https://127.0x0.0.1/", "https://00000177.0.0.1/",
        "https://\u2460\u2461\u2466.0.0.1/", "https://127\u30020\u30020\u30021/", "https://1.1.1.1 &@127.0.0.1#@8.8.8.8/",
        "https://127.0.0.1%2f@example.com/", "https://example.com:80:443/", "https://example.com%00.example.org/", "https://exam\tple.com/",
        "https://127.0.0.1./", "https://10.0.0.1:443@example.com/", "https://[::ffff:127.0.0.1%251]/", "https://[127.0.0.1]/"})
    void refusesWhatCanBeReadInTwoWaysOrIsNotHttps(String url) {
        assertThatThrownBy(() -> EndpointAddress.of(url, false)).isInstanceOfSatisfying(ProblemException.class,
                refusal -> assertThat(refusal.code()).isEqualTo("invalid-endpoint-url"));
    }

    @ParameterizedTest
    @CsvSource({
        "https://Example.COM, https://example.com/", "HTTPS://example.com:443/a?b=c, https://example.com/a?b=c",
        "https://example.com:8443/x, https://example.com:8443/x", "https://8.8.8.8/x, https://8.8.8.8/x",
        "https://[2606:4700::1111]:444/, https://[2606:4700::1111]:444/", "https://xn--e1afmkfd.example/, https://xn--e1afmkfd.example/",
        "https://example.com?x=1, https://example.com/?x=1"})
    void writesAnAddressAlwaysTheSameWay(String url, String written) {
        assertThat(EndpointAddress.of(url, false).url()).isEqualTo(written);
    }

    @Test
    void takesHttpWhereTheHubAllowsIt() {
        assertThat(EndpointAddress.of("http://127.0.0.1:8080/hook", true))
                .isEqualTo(new EndpointAddress(false, "127.0.0.1", 8080, "/hook"));
    }
}
