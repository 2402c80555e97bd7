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
 * @param uploads address that files of releases may be uploaded to, besides the API's own; without a slash at its end
 * @param uploadTimeout longest time one upload may take
 */
public record GithubSettings(URI api, Optional<Secret> token, Duration timeout, URI uploads, Duration uploadTimeout) {
    private static final String API = "waystation.github.api";
    private static final String TOKEN = "waystation.github.token";
    private static final String TIMEOUT = "waystation.github.timeout";
    private static final String UPLOADS = "waystation.github.uploads";
    private static final String UPLOAD_TIMEOUT = "waystation.github.upload-timeout";

    static GithubSettings from(Settings settings) {
        URI api = address(settings, API);
        Optional<Secret> token = settings.text(TOKEN)
                .map(reference -> Secret.resolve(TOKEN, reference, settings.flag("waystation.secrets.literal")));
        if (token.isPresent() && !token.get().text().matches("[!-~]+")) {
            throw new InvalidSettingException(TOKEN, "names something that is no token");
        }
        return new GithubSettings(api, token, time(settings, TIMEOUT), address(settings, UPLOADS), time(settings, UPLOAD_TIMEOUT));
    }

    /** Reads all but the token. */
    static void check(Settings settings) {
        address(settings, API);
        time(settings, TIMEOUT);
        address(settings, UPLOADS);
        time(settings, UPLOAD_TIMEOUT);
    }

    private static Duration time(Settings settings, String key) {
        Duration time = settings.duration(key);
        if (time.toMillis() < 1) {
            throw new InvalidSettingException(key, "must be longer than nothing");
        }
        return time;
    }

    private static URI address(Settings settings, String key) {
        try {
            URI address = URI.create(settings.required(key).replaceFirst("/+$", ""));
            boolean web = "https".equals(address.getScheme()) || "http".equals(address.getScheme());
            if (web && address.getHost() != null && address.getUserInfo() == null && address.getQuery() == null) {
                return address;
            }
        } catch (IllegalArgumentException malformed) {
            // answered below
        }
        throw new InvalidSettingException(key, "must be an address such as https://api.github.com");
    }
}
