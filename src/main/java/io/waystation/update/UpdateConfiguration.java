package io.waystation.update;

import java.nio.file.Path;

import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.service.ServiceSupport;

import io.waystation.github.GithubSettings;
import io.waystation.github.Releases;
import io.waystation.settings.HomeFolder;
import io.waystation.settings.Settings;
import io.waystation.settings.SettingsCheck;
import io.waystation.store.DataFolder;
import io.waystation.update.git.GitAccess;
import io.waystation.update.git.GitRemotes;

/** Builds the beans {@code subsystems}, {@code upstreamSettings}, {@code gitRemotes} and {@code decider}. */
public final class UpdateConfiguration implements CamelConfiguration, SettingsCheck {
    @Override
    public void check(Settings settings) {
        UpstreamSettings.from(settings);
    }

    @Override
    public void configure(CamelContext context) throws Exception {
        Registry registry = context.getRegistry();
        UpstreamSettings settings = UpstreamSettings.from(Settings.of(context));
        GithubSettings github = registry.lookupByNameAndType("githubSettings", GithubSettings.class);
        GitRemotes remotes = new GitRemotes(new GitAccess(settings.timeout(), settings.forge(), github.token(),
                home(registry), settings.largest()));
        registry.bind("subsystems", new Subsystems());
        registry.bind("upstreamSettings", settings);
        registry.bind("gitRemotes", remotes);
        registry.bind("decider", new Decider(remotes, registry.lookupByNameAndType("githubReleases", Releases.class), Platform.current()));
        context.addService(new RemotesService(remotes), true, true);
    }

    /** Where the keys for SSH are; in the data folder for a user without a home, as in many containers. */
    private static Path home(Registry registry) {
        return HomeFolder.of(System.getenv()).orElseGet(() -> registry.lookupByNameAndType("dataFolder", DataFolder.class).root());
    }

    /** Ends the threads that read repositories. */
    private static final class RemotesService extends ServiceSupport {
        private final GitRemotes remotes;

        private RemotesService(GitRemotes remotes) {
            this.remotes = remotes;
        }

        @Override
        protected void doStop() {
            remotes.close();
        }
    }
}
