package io.waystation.update.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineKeyTest {
    private static final int THREADS = 8;

    @TempDir
    private Path folder;

    @Test
    void reportsThatAreSignedAtOnceAreSignedWithOneKeyThatOnlyItsOwnerReads() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            for (int round = 0; round < 20; round++) {
                Path data = Files.createDirectory(folder.resolve("data" + round));
                CyclicBarrier together = new CyclicBarrier(THREADS);
                Callable<String> key = () -> {
                    together.await();
                    return MachineKey.in(data).publicKey();
                };
                List<Callable<String>> calls = new ArrayList<>();
                for (int i = 0; i < THREADS; i++) {
                    calls.add(key);
                }
                Set<String> keys = new HashSet<>();
                for (Future<String> made : threads.invokeAll(calls)) {
                    keys.add(made.get());
                }

                assertThat(keys).hasSize(1);
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("machine.key")))).isEqualTo("rw-------");
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
