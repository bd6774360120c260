package io.quorate.discovery.cloud;

/**
 * What a request is signed with. Not a record: its text must not hold a secret.
 */
final class AwsCredentials {
    private final String accessKeyId;
    private final String secretAccessKey;
    private final String sessionToken;

    private AwsCredentials(String accessKeyId, String secretAccessKey, String sessionToken) {
        this.accessKeyId = accessKeyId;
        this.secretAccessKey = secretAccessKey;
        this.sessionToken = sessionToken;
    }

    /** @param sessionToken empty for the keys of a user */
    static AwsCredentials of(Visit visit, String accessKeyId, String secretAccessKey, String sessionToken) {
        return new AwsCredentials(accessKeyId, visit.secret(secretAccessKey), visit.secret(sessionToken));
    }

    /** For signatures that belong to no visit. */
    static AwsCredentials of(String accessKeyId, String secretAccessKey, String sessionToken) {
        return new AwsCredentials(accessKeyId, secretAccessKey, sessionToken);
    }

    String accessKeyId() {
        return accessKeyId;
    }

    String secretAccessKey() {
        return secretAccessKey;
    }

    String sessionToken() {
        return sessionToken;
    }

    @Override
    public String toString() {
        return accessKeyId;
    }
}
