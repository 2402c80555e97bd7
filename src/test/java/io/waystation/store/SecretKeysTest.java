package io.waystation.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The key that secrets are stored with is changed, and a crash at any point leaves them readable. */
class SecretKeysTest {
    private static final SealedColumn COLUMN = new SealedColumn("channel", "name", "secrets", name -> "channel:" + name + "/secret");

    @TempDir
    Path temp;

    /** A hub's start: its own key file, its store, and what a rotation had left. */
    private final class Hub implements AutoCloseable {
        private final DataFolder folder = DataFolder.open(temp.resolve("data"));
        private final Store store = Store.open(folder, new SimpleMeterRegistry());
        private final SecretBox box;
        private final SecretKeys keys;

        private Hub(Map<String, String> settings) {
            box = SecretBox.open(Settings.of(settings), null, folder);
            keys = new SecretKeys(store, box);
            keys.add(COLUMN);
        }

        private void put(String name, String... secrets) {
            String sealed = String.join(",", java.util.Arrays.stream(secrets).map(each -> box.seal(each, "channel:" + name + "/secret")).toList());
            store.writeNow(handle -> handle.execute("INSERT INTO channel (name, provider, secrets, readers, open_posts, open_readers, response, "
                    + "events_per_second, burst, bytes_per_day, subscribers, keep_credentials, updated_at) VALUES (?, 'generic', ?, '', 0, 0, '202', 0, 0, 0, 0, 0, 0)",
                    name, sealed));
        }

        private List<String> opened(String name) {
            String sealed = store.read(handle -> handle.createQuery("SELECT secrets FROM channel WHERE name = ?").bind(0, name)
                    .mapTo(String.class).one());
            return java.util.Arrays.stream(sealed.split(",")).map(each -> box.open(each, "channel:" + name + "/secret")).toList();
        }

        private long keysInFile() throws Exception {
            return Files.readAllLines(folder.secretKey()).stream().filter(line -> !line.isBlank()).count();
        }

        @Override
        public void close() {
            store.close();
            folder.close();
        }
    }

    @Test
    void sealsAgainWithAKeyThatItMakesAndForgetsTheOldOneAtTheNextStart() throws Exception {
        try (Hub hub = new Hub(Map.of())) {
            hub.put("a", "one", "two");
            hub.put("b", "three");
            String before = hub.box.currentKey();

            SecretKeys.Rotation rotation = hub.keys.rotate();

            assertThat(rotation.made()).isTrue();
            assertThat(rotation.resealed()).isEqualTo(2);
            assertThat(rotation.olderKeys()).containsExactly(before);
            assertThat(hub.opened("a")).containsExactly("one", "two");
            assertThat(hub.keysInFile()).isEqualTo(2);
        }
        try (Hub next = new Hub(Map.of())) {
            next.keys.finish();
            assertThat(next.opened("b")).containsExactly("three");
            assertThat(next.keysInFile()).isEqualTo(1);
        }
    }

    @Test
    void finishesAtTheNextStartWhatACrashCutShort() throws Exception {
        try (Hub hub = new Hub(Map.of())) {
            hub.put("a", "one");
            hub.box.renew(Set.of()); // the file has the new key, nothing is sealed with it yet
            hub.put("b", "two");
        }
        try (Hub crashed = new Hub(Map.of())) {
            assertThat(crashed.opened("a")).containsExactly("one");
            crashed.keys.finish();
            assertThat(crashed.keysInFile()).isEqualTo(1);
        }
        try (Hub last = new Hub(Map.of())) {
            assertThat(last.opened("a")).containsExactly("one");
            assertThat(last.opened("b")).containsExactly("two");
        }
    }

    @Test
    void takesTheFirstKeyOfAnOperatorsFileAndLeavesTheFileAlone() throws Exception {
        String old = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        String fresh = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
        Path file = Files.writeString(temp.resolve("keys"), old + "\n");
        try (Hub hub = new Hub(Map.of("waystation.secret-key-file", file.toString()))) {
            hub.put("a", "one");
            Files.writeString(file, fresh + "\n" + old + "\n");

            SecretKeys.Rotation rotation = hub.keys.rotate();

            assertThat(rotation.made()).isFalse();
            assertThat(rotation.resealed()).isEqualTo(1);
            assertThat(Files.readString(file)).isEqualTo(fresh + "\n" + old + "\n");
            Files.writeString(file, fresh + "\n"); // nothing is sealed with the old one any more
            assertThat(hub.keys.rotate().resealed()).isZero();
        }
        try (Hub next = new Hub(Map.of("waystation.secret-key-file", file.toString()))) {
            assertThat(next.opened("a")).containsExactly("one");
        }
    }

    @Test
    void refusesAnOperatorsFileWithoutAKeyThatIsNeededBeforeAnythingChanges() throws Exception {
        String old = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
        String fresh = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
        Path file = Files.writeString(temp.resolve("keys"), old + "\n");
        Map<String, String> settings = Map.of("waystation.secret-key-file", file.toString());
        try (Hub hub = new Hub(settings)) {
            hub.put("a", "one");
            String before = hub.box.currentKey();
            Files.writeString(file, fresh + "\n"); // a hub that died while it encrypts again could not be started any more

            assertThatThrownBy(hub.keys::rotate).isInstanceOf(InvalidSettingException.class)
                    .hasMessageContaining(file + ", which does not hold the key " + before).hasMessageContaining("Nothing was changed");

            assertThat(hub.box.currentKey()).isEqualTo(before);
            assertThat(hub.opened("a")).containsExactly("one");
        }
        Files.writeString(file, old + "\n");
        try (Hub next = new Hub(settings)) {
            assertThat(next.opened("a")).containsExactly("one");
        }
    }
}
