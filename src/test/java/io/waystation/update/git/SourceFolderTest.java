package io.waystation.update.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The source of a lane holds exactly the commit that was decided on. */
class SourceFolderTest {
    @TempDir
    Path folder;

    private GitUpstream upstream;
    private GitRemotes remotes;
    private SourceFolder sources;
    private Path source;

    @BeforeEach
    void open() throws IOException {
        upstream = new GitUpstream(Files.createDirectory(folder.resolve("upstream")));
        remotes = new GitRemotes(GitUpstream.access(folder));
        sources = new SourceFolder(remotes);
        source = folder.resolve("nats/.src");
    }

    @AfterEach
    void close() {
        remotes.close();
    }

    @Test
    void checksOutTagsForwardAndBackAsShallowCopies() throws IOException {
        upstream.commit("one");
        String one = upstream.head();
        upstream.annotate("v1.0.0");
        String two = upstream.commit("two");
        upstream.tag("v2.0.0");

        sources.checkOutTag(source, upstream.address(), "v1.0.0", one);
        assertThat(source.resolve("version.txt")).hasContent("one");
        sources.checkOutTag(source, upstream.address(), "v2.0.0", two);
        assertThat(source.resolve("version.txt")).hasContent("two");
        sources.checkOutTag(source, upstream.address(), "v1.0.0", one);
        assertThat(source.resolve("version.txt")).hasContent("one");

        assertThat(upstream.git("-C", source.toString(), "rev-parse", "HEAD").trim()).isEqualTo(one);
        assertThat(upstream.git("-C", source.toString(), "status", "--porcelain")).isEmpty();
        assertThat(Files.readAllLines(source.resolve(".git/shallow"))).isNotEmpty();
    }

    @Test
    void checksOutTheCommitThatWasDecidedOnAlsoWhenItsBranchWentOn() {
        String decided = upstream.commit("decided");
        upstream.commit("later");

        sources.checkOutBranch(source, upstream.address(), "main", decided);

        assertThat(source.resolve("version.txt")).hasContent("decided");
    }

    @Test
    void checksNothingOutWhenTheTagWasMovedMeanwhile() {
        upstream.commit("one");
        String one = upstream.tag("v1.0.0");
        sources.checkOutTag(source, upstream.address(), "v1.0.0", one);
        upstream.commit("evil");
        String evil = upstream.tag("v1.0.0");

        GitException failure = catchThrowableOfType(GitException.class, () -> sources.checkOutTag(source, upstream.address(), "v1.0.0", one));

        assertThat(failure.isRefused()).isTrue();
        assertThat(failure).hasMessageContaining("refs/tags/v1.0.0 does not lead to " + one);
        assertThat(evil).isNotEqualTo(one);
        assertThat(source.resolve("version.txt")).hasContent("one");
    }

    @Test
    void removesWhatABuildChangedAndKeepsWhatUpstreamIgnores() throws IOException {
        Files.writeString(upstream.folder().resolve(".gitignore"), "cache/\n");
        upstream.commit("one");
        String one = upstream.tag("v1.0.0");
        sources.checkOutTag(source, upstream.address(), "v1.0.0", one);
        Files.writeString(source.resolve("version.txt"), "changed");
        Files.writeString(source.resolve("left-over"), "x");
        Files.createDirectory(source.resolve("cache"));
        Files.writeString(source.resolve("cache/object"), "x");

        sources.checkOutTag(source, upstream.address(), "v1.0.0", one);

        assertThat(source.resolve("version.txt")).hasContent("one");
        assertThat(source.resolve("left-over")).doesNotExist();
        assertThat(source.resolve("cache/object")).exists();
    }

    /** What a build may have written into its folder to be run by the hub the next time. */
    @Test
    void runsNoHookFilterOrSubmoduleAndGoesNowhereElse() throws IOException {
        Files.writeString(upstream.folder().resolve(".gitattributes"), "* filter=evil\n");
        Files.writeString(upstream.folder().resolve(".gitmodules"), "[submodule \"x\"]\n\tpath = x\n\turl = " + upstream.address() + "\n");
        upstream.commit("one");
        String one = upstream.tag("v1.0.0");
        sources.checkOutTag(source, upstream.address(), "v1.0.0", one);
        Path proof = folder.resolve("executed");
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Files.writeString(source.resolve(".git/config"), """
                [core]
                    repositoryformatversion = 0
                    hooksPath = %s
                    worktree = %s
                [filter "evil"]
                    smudge = touch %s
                    clean = touch %s
                    process = touch %s
                    required = true
                [url "file:///nowhere"]
                    insteadOf = %s
                """.formatted(source.resolve(".git/hooks"), elsewhere, proof, proof, proof, upstream.address()));
        for (String hook : new String[] {"post-checkout", "post-merge", "reference-transaction", "pre-auto-gc"}) {
            Path script = Files.createDirectories(source.resolve(".git/hooks")).resolve(hook);
            Files.writeString(script, "#!/bin/sh\ntouch " + proof + "\n");
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        upstream.commit("two");
        String two = upstream.tag("v2.0.0");

        sources.checkOutTag(source, upstream.address(), "v2.0.0", two);

        assertThat(source.resolve("version.txt")).hasContent("two");
        assertThat(proof).doesNotExist();
        assertThat(elsewhere).isEmptyDirectory();
        assertThat(source.resolve("x")).doesNotExist();
    }

    @Test
    void refusesAFolderThatIsALink() throws IOException {
        upstream.tag("v1.0.0");
        Files.createDirectories(source.getParent());
        Files.createSymbolicLink(source, Files.createDirectory(folder.resolve("target")));

        GitException failure = catchThrowableOfType(GitException.class,
                () -> sources.checkOutTag(source, upstream.address(), "v1.0.0", upstream.head()));

        assertThat(failure.isRefused()).isTrue();
        assertThat(folder.resolve("target")).isEmptyDirectory();
    }
}
