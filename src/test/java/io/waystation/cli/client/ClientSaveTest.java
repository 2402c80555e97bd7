package io.waystation.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import io.waystation.event.Event;
import io.waystation.event.Headers;
import org.junit.jupiter.api.Test;

/** Events saved as files. */
class ClientSaveTest extends ClientScene {
    @Test
    void savesAnEventAsFilesThatSendItAgain() throws Exception {
        RecordingTarget target = target(200);
        byte[] body = bytes("line\nwith 'quotes' & $(touch " + folder.resolve("pwned") + ")\r\n");
        Event event = new Event("id-1", "c", "/s", "com.github.push", null, Instant.parse("2026-11-22T04:05:06.789Z"), "k", "none",
                null, null, "POST", "/c", "q='$(id)'&x=1", Headers.of("content-type", "application/json", "x-evil",
                "'; touch " + folder.resolve("pwned") + " #", "x-empty", "", "x-multi", "a", "x-multi", "b"), body);
        channel.publish(event);
        Path saved = folder.resolve("saved");

        start("save-dir", saved.toString(), "target", "");

        String name = "20261122T040506.789-com.github.push-id-1";
        await().until(() -> Files.exists(saved.resolve(name + ".sh")));
        assertThat(Files.readAllBytes(saved.resolve(name + ".body"))).isEqualTo(body);
        assertThat(runScript(saved.resolve(name + ".sh"), 0, target.address("/again").toString())).contains("200");
        RecordingTarget.Received again = target.received().get(0);
        assertThat(again.body()).isEqualTo(body);
        assertThat(again.header("X-evil")).startsWith("'; touch");
        assertThat(again.header("X-empty")).isEmpty();
        assertThat(again.headers().get("X-multi")).containsExactly("a", "b");
        assertThat(again.headers()).doesNotContainKeys("Accept", "User-agent");
        assertThat(again.header("Content-type")).isEqualTo("application/json");
        assertThat(again.uri().getQuery()).isEqualTo("q='$(id)'&x=1");
        assertThat(folder.resolve("pwned")).doesNotExist();
    }

    @Test
    void scriptsJoinTheQueriesOfTargetAndEventAndAskForATargetTheyDoNotHave() throws Exception {
        RecordingTarget target = target(200);
        channel.publish(new Event("id-1", "c", "/s", "com.github.push", null, Instant.parse("2026-11-22T04:05:06.789Z"), "k", "none",
                null, null, "POST", "/c", "a=2", Headers.of(), bytes("{}")));
        Path saved = folder.resolve("saved");
        Path script = saved.resolve("20261122T040506.789-com.github.push-id-1.sh");

        start("save-dir", saved.toString(), "target", "");
        await().until(() -> Files.exists(script));

        assertThat(runScript(script, 2)).startsWith("usage: ").contains(" TARGET, such as http://");
        for (String own : List.of("/x?y=1", "/x", "/x?", "/x#part", "/x?y[0]=1&z='#part")) {
            runScript(script, 0, target.address("/").toString().replaceFirst("/$", "") + own);
        }
        assertThat(target.received()).extracting(request -> request.uri().toString())
                .containsExactly("/x?y=1&a=2", "/x?a=2", "/x?&a=2", "/x?a=2", "/x?y[0]=1&z='&a=2");
    }

    private static String runScript(Path script, int exitCode, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        Process run = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(run.waitFor()).as(output).isEqualTo(exitCode);
        return output;
    }

    @Test
    void letsNoEventChooseAFileOutsideTheFolderOrAnothersName() throws Exception {
        Path saved = folder.resolve("saved/deep");
        String[] ids = {"../../../escape", "a/b", "a_b", "a\\b", ".hidden", "-rf", "x".repeat(500), "nul\0", "\u2603", "%2e%2e%2f", ""};
        for (int i = 0; i < ids.length; i++) {
            channel.publish(ChannelStandIn.event(ids[i].isEmpty() ? "../" : ids[i], "k", "../type/../" + ids[i], bytes("" + i)));
        }

        start("save-dir", saved.toString(), "target", "");

        await().until(() -> Files.isDirectory(saved) && names(saved, ".sh").size() == ids.length);
        assertThat(names(saved, "")).allMatch(name -> name.matches("[A-Za-z0-9][A-Za-z0-9._-]{1,250}") && !name.contains(".."));
        assertThat(names(saved, ".body")).hasSize(ids.length);
        assertThat(names(folder.resolve("saved"), "")).containsExactly("deep");
        assertThat(names(folder, "")).containsExactlyInAnyOrder("saved", "data");
    }
}
