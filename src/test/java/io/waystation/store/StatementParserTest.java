package io.waystation.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The same statements give the same rows with JDBI's own parsers and with ours. */
class StatementParserTest {
    private final Handle theirs = Jdbi.open("jdbc:sqlite::memory:");
    private final Handle ours = ours();

    private static Handle ours() {
        Jdbi jdbi = Jdbi.create("jdbc:sqlite::memory:");
        StatementParser parser = new StatementParser();
        jdbi.setSqlParser(parser);
        jdbi.setTemplateEngine(parser);
        return jdbi.open();
    }

    @AfterEach
    void close() {
        theirs.close();
        ours.close();
    }

    @Test
    void findsParametersAndLeavesQuotesAndCommentsAlone() {
        assertSame("SELECT :a AS p, :b_2 AS q, ':a' AS r, \":x\", 'it''s :a?' AS s -- :no ?\n, :a AS t /* :no ? */ FROM (SELECT 1 AS \":x\")", Map.of("a", 1, "b_2", "two"));
        assertSame("SELECT 1 WHERE 1<2 AND 3>2 AND :a<:b", Map.of("a", 1, "b", 5));
        assertSame("SELECT 7-:a AS n--:gone", Map.of("a", 1));
    }

    private void assertSame(String sql, Map<String, Object> values) {
        assertThat(ours.createQuery(sql).bindMap(values).mapToMap().list()).hasSize(1)
                .isEqualTo(theirs.createQuery(sql).bindMap(values).mapToMap().list());
    }

    @Test
    void bindsByPlaceAndByList() {
        for (Handle handle : List.of(theirs, ours)) {
            assertThat(handle.select("SELECT ? || '?' || ?", "a", "b").mapTo(String.class).one()).isEqualTo("a?b");
            assertThat(handle.createQuery("SELECT count(*) FROM (SELECT 1 AS n UNION SELECT 2 UNION SELECT 3) WHERE n < 3 AND n IN (<ns>)")
                    .bindList("ns", List.of(1, 2, 3)).mapTo(Integer.class).one()).isEqualTo(2);
            assertThat(handle.createQuery("SELECT <what> FROM (SELECT 5 AS n)").define("what", "n").mapTo(Integer.class).one()).isEqualTo(5);
        }
    }

    @Test
    void saysWhatIsNotDefined() {
        assertThatThrownBy(() -> ours.createQuery("SELECT <what>").mapTo(Integer.class).one()).hasStackTraceContaining("<what>");
    }
}
