package io.waystation.github;

import java.time.Clock;

import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;

import io.waystation.settings.Settings;
import io.waystation.settings.SettingsCheck;

/** Builds the beans {@code githubSettings}, {@code githubClient} and {@code githubReleases}. */
public final class GithubConfiguration implements CamelConfiguration, SettingsCheck {
    @Override
    public void check(Settings settings) {
        GithubSettings.check(settings);
    }

    @Override
    public void configure(CamelContext context) {
        GithubSettings settings = GithubSettings.from(Settings.of(context));
        GithubClient client = new GithubClient(settings, Clock.systemUTC());
        context.getRegistry().bind("githubSettings", settings);
        context.getRegistry().bind("githubClient", client);
        context.getRegistry().bind("githubReleases", new Releases(client));
    }
}
