package io.waystation.relay;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTextTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{\"a\":\"x\"}|{\"a\":\"x\"}",
        "` { \"a b\" : [ 1 , \" \" ] } `|{\"a b\":[1,\" \"]}",
        "{\"a\": \"q\\\" q\" , \"b\": \"\\\\\" }|{\"a\":\"q\\\" q\",\"b\":\"\\\\\"}",
        "[\"\\\\\\\" \", \"\" , \"é \"]|[\"\\\\\\\" \",\"\",\"é \"]",
        "` true `|true",
        "`\"\"`|`\"\"`",
    })
    void takesWhiteSpaceAwayBetweenTokensAndNoneInsideOfStrings(String json, String shorter) {
        assertThat(JsonText.minify(json)).isEqualTo(shorter);
        assertThat(JsonText.isValid(shorter)).isTrue();
    }
}
