package io.quorate.discovery.cloud;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Who an agent is to Google: the service account of a key file ({@code credentials_file}, else
 * {@code GOOGLE_APPLICATION_CREDENTIALS}), else that of the machine, by its metadata server.
 */
final class GoogleIdentity {
    private static final String METADATA = "Google metadata";
    private static final String TOKENS = "Google's token endpoint";
    private static final String USUAL_HOST = "metadata.google.internal";
    private static final String SCOPE = "https://www.googleapis.com/auth/compute.readonly";
    private static final long LIFE_SECONDS = 600;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Visit visit;
    private final @Nullable JsonNode keyFile;

    GoogleIdentity(Visit visit) throws CloudException {
        this.visit = visit;
        String file = visit.value("credentials_file", List.of("GOOGLE_APPLICATION_CREDENTIALS"));
        keyFile = file == null ? null : read(file);
    }

    private JsonNode read(String file) throws CloudException {
        JsonNode node = visit.json(
                "the credentials file", visit.file(visit.path(file, "credentials_file"), "credentials file"));
        String type = node.path("type").asString("");
        if (!type.equals("service_account")) {
            throw visit.wrong("credentials file " + file + " is of type \"" + type + "\", not service_account");
        }
        return node;
    }

    String project() throws CloudException {
        String given = visit.value("project_name", List.of("GOOGLE_CLOUD_PROJECT"));
        if (given != null) {
            return given;
        }
        String own = keyFile == null
                ? metadata("/computeMetadata/v1/project/project-id", "the project")
                        .strip()
                : keyFile.path("project_id").asString("");
        if (own.isEmpty()) {
            throw visit.wrong("no project: neither the source nor the credentials file names one");
        }
        visit.note("project " + own);
        return own;
    }

    /** To be sent as a bearer token. */
    String token() throws CloudException {
        JsonNode key = keyFile;
        if (key != null) {
            return exchanged(key);
        }
        JsonNode given = visit.json(
                METADATA,
                metadata("/computeMetadata/v1/instance/service-accounts/default/token", "a token of this machine"));
        visit.note("credentials of the machine's service account");
        return token(METADATA, given);
    }

    private String token(String what, JsonNode given) throws CloudException {
        String token = given.path("access_token").asString("");
        if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw visit.wrong(what + " answered without a token");
        }
        return visit.secret(token);
    }

    private String metadata(String path, String sought) throws CloudException {
        String host = visit.environment("GCE_METADATA_HOST");
        String base = "http://" + (host == null ? USUAL_HOST : host);
        if (!Hosts.isBase(base)) {
            throw visit.wrong("GCE_METADATA_HOST is no host: " + host);
        }
        Web.Reply reply = visit.get(
                METADATA, new Web.Via.Metadata(), URI.create(base + path), Map.of("Metadata-Flavor", "Google"));
        if (!reply.isGood()) {
            throw visit.refused(METADATA, reply, "it does not give " + sought);
        }
        // A name server that answers for any name leads to somebody else.
        if (!reply.headers().firstValue("Metadata-Flavor").orElse("").equals("Google")) {
            throw visit.wrong(METADATA + " at " + base + " is not Google's: its answer lacks Metadata-Flavor");
        }
        return reply.body();
    }

    /** A key signs who it is, and gets a token for that: RFC 7523 as Google documents it for service accounts. */
    private String exchanged(JsonNode key) throws CloudException {
        String uri = key.path("token_uri").asString("https://oauth2.googleapis.com/token");
        if (!Hosts.isBase(uri) || !Hosts.mayCarrySecrets(URI.create(uri))) {
            throw visit.wrong("the credentials file has a token_uri without TLS: " + uri);
        }
        String account = key.path("client_email").asString("");
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
        form.put("assertion", visit.secret(assertion(key, account, uri)));
        Web.Reply reply = visit.post(
                TOKENS,
                new Web.Via.World(),
                URI.create(uri),
                Map.of("Content-Type", "application/x-www-form-urlencoded"),
                Hosts.form(form));
        if (!reply.isGood()) {
            JsonNode body = Visit.jsonOrEmpty(reply.body());
            String error = body.path("error").asString("");
            String description = body.path("error_description").asString("");
            throw visit.refused(TOKENS, reply, description.isEmpty() ? error : error + ": " + description);
        }
        visit.note("credentials of " + account);
        return token(TOKENS, visit.json(TOKENS, reply.body()));
    }

    private String assertion(JsonNode key, String account, String audience) throws CloudException {
        long now = visit.now().getEpochSecond();
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("alg", "RS256");
        header.put("typ", "JWT");
        header.put("kid", key.path("private_key_id").asString(""));
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", account);
        claims.put("scope", SCOPE);
        claims.put("aud", audience);
        claims.put("iat", now);
        claims.put("exp", now + LIFE_SECONDS);
        String content = base64(JSON.writeValueAsBytes(header)) + "." + base64(JSON.writeValueAsBytes(claims));
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(privateKey(key.path("private_key").asString("")));
            signature.update(content.getBytes(StandardCharsets.US_ASCII));
            return content + "." + base64(signature.sign());
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // Its message could quote the key.
            throw visit.wrong("the credentials file holds no usable private_key (PKCS #8, RSA)");
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static PrivateKey privateKey(String pem) throws GeneralSecurityException {
        String body = pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s+", "");
        return KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body)));
    }
}
