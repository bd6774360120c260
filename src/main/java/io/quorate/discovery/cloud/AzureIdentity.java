package io.quorate.discovery.cloud;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Who an agent is to Azure, the first that is there: a client with its secret, a client with a federated token (workload
 * identity), the machine's managed identity.
 */
final class AzureIdentity {
    private static final String METADATA = "Azure instance metadata";
    private static final String LOGIN = "Azure login";
    private static final String USUAL = "http://169.254.169.254";

    private final Visit visit;
    private final AzureCloud cloud;
    private final @Nullable String tenant;
    private final @Nullable String client;

    AzureIdentity(Visit visit, AzureCloud cloud) {
        this.visit = visit;
        this.cloud = cloud;
        tenant = visit.value("tenant_id", List.of("ARM_TENANT_ID", "AZURE_TENANT_ID"));
        client = visit.value("client_id", List.of("ARM_CLIENT_ID", "AZURE_CLIENT_ID"));
    }

    /** The given one, else the machine's own. */
    String subscription() throws CloudException {
        String given = visit.value("subscription_id", List.of("ARM_SUBSCRIPTION_ID", "AZURE_SUBSCRIPTION_ID"));
        if (given != null) {
            return given;
        }
        JsonNode machine = metadata("/metadata/instance/compute?api-version=2021-02-01", "its subscription");
        String own = machine.path("subscriptionId").asString("");
        if (own.isEmpty()) {
            throw visit.wrong(METADATA + " answered without a subscription");
        }
        visit.note("subscription " + own + " (this machine's)");
        return own;
    }

    /** To be sent as a bearer token. */
    String token() throws CloudException {
        String secret = visit.value("secret_access_key", List.of("ARM_CLIENT_SECRET", "AZURE_CLIENT_SECRET"));
        String federated = visit.environment("AZURE_FEDERATED_TOKEN_FILE");
        if (secret != null) {
            visit.secret(secret);
            Map<String, String> proof = new LinkedHashMap<>();
            proof.put("client_secret", secret);
            return login(proof, "a client secret");
        } else if (federated != null) {
            Map<String, String> proof = new LinkedHashMap<>();
            proof.put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
            proof.put(
                    "client_assertion",
                    visit.secret(visit.file(visit.path(federated, "AZURE_FEDERATED_TOKEN_FILE"), "federated token")));
            return login(proof, "a federated token");
        }
        JsonNode given = metadata(
                "/metadata/identity/oauth2/token?api-version=2018-02-01&resource="
                        + Hosts.encoded(cloud.management() + "/")
                        + (client == null ? "" : "&client_id=" + Hosts.encoded(client)),
                "a token of a managed identity");
        visit.note("credentials of the machine's managed identity");
        return token(METADATA, given);
    }

    private String login(Map<String, String> proof, String kind) throws CloudException {
        if (tenant == null || client == null) {
            throw visit.wrong("with " + kind + " tenant_id= and client_id= are needed too");
        }
        String named = visit.environment("AZURE_AUTHORITY_HOST");
        if (named != null && !Hosts.isBase(named)) {
            throw visit.wrong("AZURE_AUTHORITY_HOST is no URL");
        }
        URI authority = Hosts.base(named == null ? cloud.login() : named);
        if (!Hosts.mayCarrySecrets(authority)) {
            throw visit.wrong("AZURE_AUTHORITY_HOST has no TLS: no secret is sent there");
        }
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "client_credentials");
        form.put("client_id", client);
        form.put("scope", cloud.management() + "/.default");
        form.putAll(proof);
        Web.Reply reply = visit.post(
                LOGIN,
                new Web.Via.World(),
                URI.create(authority + "/" + Hosts.encoded(tenant) + "/oauth2/v2.0/token"),
                Map.of("Content-Type", "application/x-www-form-urlencoded"),
                Hosts.form(form));
        if (!reply.isGood()) {
            throw visit.refused(LOGIN, reply, said(reply));
        }
        visit.note("credentials of client " + client + " by " + kind);
        return token(LOGIN, visit.json(LOGIN, reply.body()));
    }

    private static String said(Web.Reply reply) {
        JsonNode body = Visit.jsonOrEmpty(reply.body());
        String error = body.path("error").asString("");
        String description = body.path("error_description").asString("");
        return description.isEmpty() ? error : error + ": " + description;
    }

    private String token(String what, JsonNode given) throws CloudException {
        String token = given.path("access_token").asString("");
        if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw visit.wrong(what + " answered without a token");
        }
        return visit.secret(token);
    }

    private JsonNode metadata(String path, String sought) throws CloudException {
        String named = visit.environment("AZURE_POD_IDENTITY_AUTHORITY_HOST");
        if (named != null && !Hosts.isBase(named)) {
            throw visit.wrong("AZURE_POD_IDENTITY_AUTHORITY_HOST is no URL");
        }
        URI base = Hosts.base(named == null ? USUAL : named);
        Web.Reply reply =
                visit.get(METADATA, new Web.Via.Metadata(), URI.create(base + path), Map.of("Metadata", "true"));
        if (!reply.isGood()) {
            String said = said(reply);
            throw visit.refused(METADATA, reply, said.isEmpty() ? "it does not give " + sought : said);
        }
        return visit.json(METADATA, reply.body());
    }
}
