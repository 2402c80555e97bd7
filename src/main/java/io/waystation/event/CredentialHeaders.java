package io.waystation.event;

import java.util.Set;

/** Which headers carry credentials: they are kept on events only where somebody asks for it, and are shown to nobody. */
public final class CredentialHeaders {
    private static final Set<String> NAMES = Set.of(
            "api-key", "apikey", "authentication", "authorization", "cf-access-client-secret", "cf-access-jwt-assertion",
            "cookie", "cookie2", "job-token", "private-token", "proxy-authorization", "set-cookie", "x-access-token",
            "x-amz-security-token", "x-amzn-oidc-accesstoken", "x-amzn-oidc-data", "x-api-key", "x-api-token", "x-auth-token",
            "x-authorization", "x-csrf-token", "x-forwarded-access-token", "x-forwarded-authorization",
            "x-gitlab-token", "x-goog-iap-jwt-assertion", "x-vault-token", "x-webhook-secret", "x-webhook-token",
            "x-xsrf-token");

    private CredentialHeaders() {
    }

    /** Whether a header, named in lower case, is one. */
    public static boolean contains(String name) {
        return NAMES.contains(name);
    }
}
