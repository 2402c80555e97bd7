package io.waystation.update.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of real repositories is what git itself reads. */
class GitRemotesTest {
    @TempDir
    Path folder;

    private GitUpstream upstream;
    private GitRemotes remotes;

    @BeforeEach
    void open() throws IOException {
        upstream = new GitUpstream(Files.createDirectory(folder.resolve("upstream")));
        remotes = new GitRemotes(GitUpstream.access(folder));
    }

    @AfterEach
    void close() {
        remotes.close();
    }

    @Test
    void followsAnnotatedTagsToTheirCommit() {
        String commit = upstream.head();
        String tagObject = upstream.annotate("v1.0.0");
        upstream.git("tag", "-a", "-m", "nested", "v1.0.0-nested", "v1.0.0");
        upstream.tag("v1.0.0-light");

        assertThat(tagObject).isNotEqualTo(commit);
        assertThat(remotes.refs(upstream.address(), "main").tags())
                .containsExactlyInAnyOrder(new RemoteTag("v1.0.0", commit), new RemoteTag("v1.0.0-nested", commit), new RemoteTag("v1.0.0-light", commit));
        assertThat(remotes.refs(upstream.address(), "main").head()).contains(commit);
        assertThat(remotes.refs(upstream.address(), "other").head()).isEmpty();
    }

    @Test
    void agreesWithGitOnTenThousandTags() throws IOException {
        StringBuilder packed = new StringBuilder("# pack-refs with: peeled fully-peeled sorted \n");
        String head = upstream.head();
        IntStream.range(0, 10_000).mapToObj(i -> "refs/tags/v1.%05d.0".formatted(i)).sorted().forEach(name -> packed.append(head).append(' ').append(name).append('\n'));
        Files.writeString(upstream.folder().resolve(".git/packed-refs"), packed);
        upstream.annotate("é1.0");

        Map<String, String> expected = new HashMap<>();
        upstream.git("ls-remote", "--tags", upstream.address()).lines().forEach(line -> {
            String[] parts = line.split("\t");
            expected.put(parts[1].replace("^{}", "").substring("refs/tags/".length()), parts[0]);
        });
        Map<String, String> read = new HashMap<>();
        remotes.refs(upstream.address(), "main").tags().forEach(tag -> read.put(tag.name(), tag.commit()));

        assertThat(read).hasSize(10_001).isEqualTo(expected);
    }

    @Test
    void tellsABranchThatWentOnFromOneThatWasRewritten() {
        String first = upstream.head();
        String second = upstream.commit("second");
        upstream.commit("third");
        assertThat(remotes.leadsOn(upstream.address(), "main", first)).isTrue();

        upstream.git("reset", "-q", "--hard", first);
        upstream.commit("another second");

        assertThat(remotes.leadsOn(upstream.address(), "main", first)).isTrue();
        assertThat(remotes.leadsOn(upstream.address(), "main", second)).isFalse();
    }

    @Test
    void leavesFilesOutWhereTheServerCan() {
        upstream.git("config", "uploadpack.allowFilter", "true");
        String first = upstream.head();
        IntStream.range(0, 60).forEach(i -> upstream.commit("commit " + i));

        assertThat(remotes.leadsOn(upstream.address(), "main", first)).isTrue();
    }

    @Test
    void readsNothingOfTheUsersConfiguration() throws Exception {
        Files.writeString(folder.resolve(".gitconfig"), "[url \"file:///elsewhere\"]\n  insteadOf = " + upstream.address() + "\n");
        File home = FS.DETECTED.userHome();
        FS.DETECTED.setUserHome(folder.toFile());
        try {
            assertThat(remotes.refs(upstream.address(), "main").head()).contains(upstream.head());
            FileBasedConfig config = SystemReader.getInstance().openUserConfig(null, FS.DETECTED);
            config.load();
            assertThat(config.getSections()).doesNotContain("url");
        } finally {
            FS.DETECTED.setUserHome(home);
        }
    }

    @Test
    void saysThatARepositoryIsNotThere() {
        GitException failure = catchThrowableOfType(GitException.class, () -> remotes.refs("file:///nowhere/at-all", "main"));
        assertThat(failure.isRefused()).isFalse();
        assertThat(failure).hasMessageContaining("file:///nowhere/at-all cannot be read");
    }

    @Test
    void doesNotWaitForAServerThatSaysNothing() throws IOException {
        GitAccess impatient = new GitAccess(Duration.ofSeconds(1), GitUpstream.access(folder).tokenFor(), GitUpstream.access(folder).token(), folder, 1 << 20);
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress()); GitRemotes impatiently = new GitRemotes(impatient)) {
            GitException failure = catchThrowableOfType(GitException.class,
                    () -> impatiently.refs("https://127.0.0.1:" + silent.getLocalPort() + "/a/b.git", "main"));
            assertThat(failure.isRefused()).isFalse();
        }
    }
}
