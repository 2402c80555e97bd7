package io.waystation.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.Test;

class CursorKeeperTest {
    @Test
    void keepsAPositionAgainAfterAnError() throws Exception {
        List<String> tried = new CopyOnWriteArrayList<>();
        CursorKeeper keeper = new CursorKeeper(new StreamCursor() {
            @Override
            public String load() {
                return "";
            }

            @Override
            public void store(String streamId) {
                tried.add(streamId);
                if (tried.size() == 1) {
                    throw new OutOfMemoryError("Java heap space");
                }
            }
        });
        Thread keeping = new Thread(keeper);
        keeping.start();

        keeper.reached("1-1");

        await().untilAsserted(() -> assertThat(tried).containsExactly("1-1", "1-1"));
        keeper.close();
        keeping.join();
    }
}
