package io.waystation.update.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;

import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveTest {
    private static final long MOST = 1 << 20;

    @TempDir
    private Path folder;
    private ByteArrayOutputStream bytes;
    private TarArchiveOutputStream tar;

    @BeforeEach
    void begin() throws IOException {
        bytes = new ByteArrayOutputStream();
        tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes));
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    }

    @Test
    void takesOutTheOneFileOfAnArchiveThatTarMade() throws Exception {
        Path bin = Files.createDirectory(folder.resolve("bin"));
        Files.writeString(bin.resolve("nats-server"), "binary ".repeat(50_000));
        Files.writeString(bin.resolve(".version"), "commit: abc\n");
        for (String[] names : new String[][] {{"nats-server", ".version"}, {"."}}) {
            Path archive = folder.resolve("nats.tar.gz");
            run("tar", "czf", archive.toString(), "-C", bin.toString(), names);

            Archive.extract(archive, "nats-server", folder.resolve("out"), MOST);
            assertThat(folder.resolve("out")).hasSameBinaryContentAs(bin.resolve("nats-server"));
        }
    }

    private static void run(String program, String flags, String archive, String c, String bin, String... names) throws Exception {
        String[] command = {program, flags, archive, c, bin};
        String[] all = Arrays.copyOf(command, command.length + names.length);
        System.arraycopy(names, 0, all, command.length, names.length);
        Process process = new ProcessBuilder(all).inheritIO().start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    @Test
    void refusesAFileThatLeadsOutOfItsFolder() throws IOException {
        for (String name : new String[] {"../nats-server", "bin/../../nats-server", "/etc/passwd", "./../x", "a\\..\\b"}) {
            begin();
            TarArchiveEntry entry = new TarArchiveEntry(name, true);
            put(entry, "evil");
            refused("archive-path");
        }
        assertThat(folder.getParent().resolve("nats-server")).doesNotExist();
    }

    @Test
    void refusesLinksDevicesAndSpecialRights() throws IOException {
        TarArchiveEntry symbolic = new TarArchiveEntry("nats-server", TarConstants.LF_SYMLINK);
        symbolic.setLinkName("/etc/passwd");
        put(symbolic, "");
        refused("archive-link");
        begin();
        TarArchiveEntry hard = new TarArchiveEntry("nats-server", TarConstants.LF_LINK);
        hard.setLinkName("../../other");
        put(hard, "");
        refused("archive-link");
        begin();
        put(new TarArchiveEntry("nats-server", TarConstants.LF_CHR), "");
        refused("archive-special");
        begin();
        put(new TarArchiveEntry("nats-server", TarConstants.LF_FIFO), "");
        refused("archive-special");
        for (int mode : new int[] {04755, 02755, 01755}) {
            begin();
            TarArchiveEntry setuid = new TarArchiveEntry("nats-server");
            setuid.setMode(mode);
            put(setuid, "binary");
            refused("archive-mode");
        }
    }

    @Test
    void refusesWhatIsNotExpectedTwiceThereOrMissing() throws IOException {
        put(new TarArchiveEntry("nats-server"), "binary");
        put(new TarArchiveEntry("arc"), "another");
        refused("archive-unexpected");
        begin();
        put(new TarArchiveEntry("nats-server"), "binary");
        put(new TarArchiveEntry("./nats-server"), "another");
        refused("archive-duplicate");
        begin();
        put(new TarArchiveEntry(".version"), "v1");
        refused("archive-incomplete");
        begin();
        refused("archive-incomplete");
    }

    @Test
    void refusesBombs() throws IOException {
        put(new TarArchiveEntry("nats-server"), "0".repeat((int) MOST + 1));
        refused("archive-bomb");

        begin();
        TarArchiveEntry longHeader = new TarArchiveEntry("nats-server");
        longHeader.addPaxHeader("comment", "0".repeat(1 << 20));
        put(longHeader, "binary");
        refused("archive-bomb");

        Path archive = folder.resolve("bomb.tar.gz"); // what follows the end of the tar
        begin();
        put(new TarArchiveEntry("nats-server"), "binary");
        tar.finish();
        tar.flush();
        bytes.reset();
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(archive))) {
            ByteArrayOutputStream plain = new ByteArrayOutputStream();
            try (TarArchiveOutputStream inner = new TarArchiveOutputStream(plain)) {
                TarArchiveEntry entry = new TarArchiveEntry("nats-server");
                entry.setSize(6);
                inner.putArchiveEntry(entry);
                inner.write("binary".getBytes(StandardCharsets.UTF_8));
                inner.closeArchiveEntry();
            }
            out.write(plain.toByteArray());
            out.write(new byte[1 << 20]);
        }
        assertThat(code(archive)).isEqualTo("archive-bomb");
    }

    @Test
    void refusesEveryTruncationAndAnyChangedByteOfTheContents() throws IOException {
        put(new TarArchiveEntry("nats-server"), "binary ".repeat(300));
        tar.close();
        byte[] whole = bytes.toByteArray();
        Path archive = folder.resolve("cut.tar.gz");
        for (int length = 0; length < whole.length; length += 7) {
            Files.write(archive, Arrays.copyOf(whole, length));
            assertThat(code(archive)).as("cut at %d", length).isEqualTo("archive-damaged");
            assertThat(folder.resolve("out")).doesNotExist();
        }
        byte[] changed = whole.clone();
        changed[changed.length - 6] ^= 1; // the checksum of the gzip stream
        Files.write(archive, changed);
        assertThat(code(archive)).isEqualTo("archive-damaged");
    }

    private void put(TarArchiveEntry entry, String content) throws IOException {
        byte[] data = content.getBytes(StandardCharsets.UTF_8);
        entry.setSize(data.length);
        tar.putArchiveEntry(entry);
        tar.write(data);
        tar.closeArchiveEntry();
    }

    private void refused(String expected) throws IOException {
        tar.close();
        Path archive = Files.write(folder.resolve("hostile.tar.gz"), bytes.toByteArray());
        assertThat(code(archive)).isEqualTo(expected);
        assertThat(folder.resolve("out")).doesNotExist();
        assertThat(folder.resolve("out.extracted")).doesNotExist();
    }

    private String code(Path archive) {
        ChangeException[] refused = new ChangeException[1];
        assertThatThrownBy(() -> Archive.extract(archive, "nats-server", folder.resolve("out"), MOST))
                .isInstanceOfSatisfying(ChangeException.class, problem -> refused[0] = problem);
        return refused[0].code();
    }
}
