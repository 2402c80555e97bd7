package io.waystation.github;

import java.time.Clock;

import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;

import io.waystation.settings.Settings;

/** Builds the beans {@code githubClient} and {@code githubReleases}. */
public final class GithubConfiguration implements CamelConfiguration {
    @Override
    public void configure(CamelContext context) {
        GithubClient client = new GithubClient(GithubSettings.from(Settings.of(context)), Clock.systemUTC());
        context.getRegistry().bind("githubClient", client);
        context.getRegistry().bind("githubReleases", new Releases(client));
    }
}
