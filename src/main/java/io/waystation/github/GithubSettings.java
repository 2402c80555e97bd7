package io.waystation.github;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

import io.waystation.settings.InvalidSettingException;
import io.waystation.settings.Secret;
import io.waystation.settings.Settings;

/**
 * How the API is reached.
 *
 * @param api address of the API, without a slash at its end
 * @param token sent with every request to that address, or empty
 * @param timeout longest time one request may take, its answer included
 */
public record GithubSettings(URI api, Optional<Secret> token, Duration timeout) {
    private static final String API = "waystation.github.api";
    private static final String TOKEN = "waystation.github.token";
    private static final String TIMEOUT = "waystation.github.timeout";

    static GithubSettings from(Settings settings) {
        URI api;
        try {
            api = URI.create(settings.required(API).replaceFirst("/+$", ""));
        } catch (IllegalArgumentException malformed) {
            throw new InvalidSettingException(API, "must be an address such as https://api.github.com");
        }
        boolean web = "https".equals(api.getScheme()) || "http".equals(api.getScheme());
        if (!web || api.getHost() == null || api.getUserInfo() != null || api.getQuery() != null) {
            throw new InvalidSettingException(API, "must be an address such as https://api.github.com");
        }
        Optional<Secret> token = settings.text(TOKEN)
                .map(reference -> Secret.resolve(TOKEN, reference, settings.flag("waystation.secrets.literal")));
        if (token.isPresent() && !token.get().text().matches("[!-~]+")) {
            throw new InvalidSettingException(TOKEN, "names something that is no token");
        }
        Duration timeout = settings.duration(TIMEOUT);
        if (timeout.toMillis() < 1) {
            throw new InvalidSettingException(TIMEOUT, "must be longer than nothing");
        }
        return new GithubSettings(api, token, timeout);
    }
}
