package io.waystation.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;

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
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        JsonLine line = new JsonLine(JsonLine.Escapes.JAVASCRIPT, bytes.length);
        JsonText.minify(bytes, 0, line);
        assertThat(new String(line.toBytes(), StandardCharsets.UTF_8)).isEqualTo(shorter);
        assertThat(JsonText.isValid(line.toBytes(), 0)).isTrue();
    }
}
