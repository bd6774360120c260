package io.quorate.discovery.cloud;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Where credentials for AWS come from, the first that is there: the source's own keys, the environment, a web identity (EKS),
 * the container's endpoint (ECS, EKS Pod Identity), the instance's role. As AWS's SDKs, but for profiles in home folders.
 */
final class AwsCredentialChain {
    private static final String CONTAINER = "container credentials";
    private static final String CONTAINER_HOST = "http://169.254.170.2";
    private static final String STS = "STS";

    private final Visit visit;
    private final AwsMetadata metadata;

    AwsCredentialChain(Visit visit, AwsMetadata metadata) {
        this.visit = visit;
        this.metadata = metadata;
    }

    AwsCredentials find(String region) throws CloudException {
        String id = visit.value("access_key_id");
        String key = visit.value("secret_access_key");
        if (id != null && key != null) {
            return AwsCredentials.of(visit, id, key, visit.value("session_token", ""));
        }
        id = visit.environment("AWS_ACCESS_KEY_ID");
        key = visit.environment("AWS_SECRET_ACCESS_KEY");
        if (id != null && key != null) {
            String token = visit.environment("AWS_SESSION_TOKEN");
            visit.note("credentials from the environment");
            return AwsCredentials.of(visit, id, key, token == null ? "" : token);
        }
        String tokenFile = visit.environment("AWS_WEB_IDENTITY_TOKEN_FILE");
        String role = visit.environment("AWS_ROLE_ARN");
        if (tokenFile != null && role != null) {
            return assume(role, tokenFile, region);
        }
        String relative = visit.environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
        String full = visit.environment("AWS_CONTAINER_CREDENTIALS_FULL_URI");
        if (relative != null || full != null) {
            return container(relative == null ? String.valueOf(full) : CONTAINER_HOST + relative);
        }
        try {
            return metadata.credentials();
        } catch (CloudException e) {
            throw new CloudException(
                    "no credentials in the source or the environment, and " + e.getMessage(), e.getCause());
        }
    }

    /** {@code AssumeRoleWithWebIdentity}: the token is the proof, the call itself is not signed. */
    private AwsCredentials assume(String role, String tokenFile, String region) throws CloudException {
        String named = visit.environment("AWS_ENDPOINT_URL_STS");
        URI endpoint = URI.create((named != null && Hosts.isBase(named)
                        ? Hosts.base(named).toString()
                        : "https://sts." + region + "." + Aws.domain(region))
                + "/");
        if (!Hosts.mayCarrySecrets(endpoint)) {
            throw visit.wrong("AWS_ENDPOINT_URL_STS has no TLS: no token is sent there");
        }
        String session = visit.environment("AWS_ROLE_SESSION_NAME");
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("Action", "AssumeRoleWithWebIdentity");
        fields.put("Version", "2011-06-15");
        fields.put("RoleArn", role);
        fields.put("RoleSessionName", session == null ? "quorate" : session);
        fields.put(
                "WebIdentityToken",
                visit.secret(visit.file(visit.path(tokenFile, "AWS_WEB_IDENTITY_TOKEN_FILE"), "web identity token")));
        Web.Reply reply = visit.post(
                STS,
                new Web.Via.World(),
                endpoint,
                Map.of("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
                Hosts.form(fields));
        if (!reply.isGood()) {
            throw visit.refused(STS, reply, AwsXml.error(reply.body()));
        }
        AwsCredentials credentials = AwsXml.assumed(visit, STS, reply.body());
        visit.note("credentials of the role " + role + " by web identity");
        return credentials;
    }

    private AwsCredentials container(String uri) throws CloudException {
        URI endpoint;
        try {
            endpoint = URI.create(uri);
        } catch (IllegalArgumentException e) {
            throw visit.wrong("AWS_CONTAINER_CREDENTIALS_… is no URI");
        }
        // The same hosts that AWS's SDKs allow: the variable must not turn an agent into somebody's courier.
        if (!Hosts.mayCarrySecrets(endpoint)) {
            throw visit.wrong("AWS_CONTAINER_CREDENTIALS_FULL_URI must have TLS, or name this machine or the platform");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        String file = visit.environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
        String token = file == null
                ? visit.environment("AWS_CONTAINER_AUTHORIZATION_TOKEN")
                : visit.file(visit.path(file, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"), "container token");
        if (token != null) {
            if (token.chars().anyMatch(c -> c < ' ' || c > '~')) {
                throw visit.wrong("the container's authorization token can be no header");
            }
            headers.put("Authorization", visit.secret(token));
        }
        Web.Via via = "https".equals(endpoint.getScheme()) ? new Web.Via.World() : new Web.Via.Metadata();
        Web.Reply reply = visit.get(CONTAINER, via, endpoint, headers);
        if (!reply.isGood()) {
            JsonNode body = Visit.jsonOrEmpty(reply.body());
            throw visit.refused(CONTAINER, reply, body.path("message").asString(""));
        }
        AwsCredentials credentials = fromJson(visit, CONTAINER, visit.json(CONTAINER, reply.body()));
        visit.note("credentials of the container");
        return credentials;
    }

    /** The shape that containers' endpoint and instance metadata share. */
    static AwsCredentials fromJson(Visit visit, String what, JsonNode given) throws CloudException {
        String id = given.path("AccessKeyId").asString("");
        String key = given.path("SecretAccessKey").asString("");
        if (id.isEmpty() || key.isEmpty()) {
            String code = given.path("Code").asString("");
            throw visit.wrong(what + " answered without credentials" + (code.isEmpty() ? "" : ": " + code));
        }
        return AwsCredentials.of(visit, id, key, given.path("Token").asString(""));
    }
}
