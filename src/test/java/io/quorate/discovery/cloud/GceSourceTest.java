package io.quorate.discovery.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.discovery.Attempt;
import io.quorate.discovery.cloud.StandIn.Answer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code provider=gce} against a server that answers as Compute Engine, Google's tokens and the machine's metadata do. */
class GceSourceTest {
    private static final String TOKEN = "ya29.token-of-the-machine";

    @TempDir
    Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private final StandIn compute = StandIn.plain();
    private final StandIn metadata = StandIn.plain();
    private final String source = "provider=gce tag_value=quorate endpoint=" + compute.url();

    @BeforeEach
    void onAMachine() {
        environment.put("GCE_METADATA_HOST", "127.0.0.1:" + metadata.port());
        metadata.answer(asked -> {
            if (!"Google".equals(asked.headers().get("Metadata-flavor"))) {
                return new Answer(403, "text/html", "", java.util.List.of());
            }
            return switch (asked.path()) {
                case "/computeMetadata/v1/project/project-id" -> Answer.text("proj", "Metadata-Flavor", "Google");
                case "/computeMetadata/v1/instance/service-accounts/default/token" ->
                    new Answer(
                            200,
                            "application/json",
                            "{\"access_token\":\"" + TOKEN + "\",\"expires_in\":3599,\"token_type\":\"Bearer\"}",
                            java.util.List.of("Metadata-Flavor", "Google"));
                default -> Answer.json(404, "");
            };
        });
    }

    @AfterEach
    void stop() {
        compute.close();
        metadata.close();
    }

    private Attempt look(String text) throws Exception {
        try (Looking looking = new Looking(environment, folder)) {
            return looking.at(text);
        }
    }

    private static String instance(String name, String status, String tag, String ip) {
        return """
                {"kind":"compute#instance","name":"%s","status":"%s","tags":{"items":["http","%s"],"fingerprint":"x"},
                 "networkInterfaces":[{"networkIP":"%s","accessConfigs":[{"natIP":"203.0.113.9"}]}]}
                """.formatted(name, status, tag, ip);
    }

    private static String zone(String zone, String... instances) {
        return "\"zones/" + zone + "\":{\"instances\":[" + String.join(",", instances) + "]}";
    }

    private static String list(String next, String... zones) {
        return "{\"kind\":\"compute#instanceAggregatedList\",\"items\":{" + String.join(",", zones) + "}"
                + (next.isEmpty() ? "" : ",\"nextPageToken\":\"" + next + "\"") + "}";
    }

    private static String error(int code, String message, String status) {
        return "{\"error\":{\"code\":" + code + ",\"message\":\"" + message
                + "\",\"errors\":[{\"reason\":\"forbidden\"}]," + "\"status\":\"" + status + "\"}}";
    }

    @Test
    void runningInstancesWithTheTagAreFoundInAllZonesAndPages() throws Exception {
        compute.answer(asked -> asked.query().containsKey("pageToken")
                ? Answer.json(200, list("", zone("us-east1-b", instance("q-3", "RUNNING", "quorate", "10.0.0.3"))))
                : Answer.json(
                        200,
                        list(
                                "next/2=",
                                zone(
                                        "europe-west1-b",
                                        instance("q-1", "RUNNING", "quorate", "10.0.0.1"),
                                        instance("db", "RUNNING", "other", "10.0.0.7"),
                                        instance("q-2", "TERMINATED", "quorate", "10.0.0.2")),
                                "\"zones/asia-east1-a\":{\"warning\":{\"code\":\"NO_RESULTS_ON_PAGE\"}}")));

        Attempt attempt = look(source);

        assertThat(attempt.error()).isNull();
        assertThat(Looking.texts(attempt)).containsExactly("10.0.0.1:8301", "10.0.0.3:8301");
        assertThat(attempt.answers())
                .containsExactly(
                        "project proj",
                        "credentials of the machine's service account",
                        "europe-west1-b/q-1 10.0.0.1",
                        "europe-west1-b/q-2 left out: TERMINATED",
                        "us-east1-b/q-3 10.0.0.3");
        StandIn.Asked first = compute.asked().get(0);
        assertThat(first.path()).isEqualTo("/compute/v1/projects/proj/aggregated/instances");
        assertThat(first.query())
                .isEqualTo(Map.of("maxResults", "200", "filter", "status = RUNNING", "returnPartialSuccess", "true"));
        assertThat(first.headers()).containsEntry("Authorization", "Bearer " + TOKEN);
        assertThat(compute.asked().get(1).query()).containsEntry("pageToken", "next/2=");
    }

    @Test
    void onlyZonesLikeThePatternCount() throws Exception {
        compute.answer(asked -> Answer.json(
                200,
                list(
                        "",
                        zone("europe-west1-b", instance("q-1", "RUNNING", "quorate", "10.0.0.1")),
                        zone("us-east1-b", instance("q-2", "RUNNING", "quorate", "10.0.0.2")))));
        assertThat(Looking.texts(look(source + " project_name=p zone_pattern=^us-")))
                .containsExactly("10.0.0.2:8301");
        assertThat(look(source + " project_name=p zone_pattern=asia").error())
                .isEqualTo("no running instance of project p has the network tag quorate in a zone like asia");
    }

    @Test
    void noInstanceIsAnErrorThatNamesTheTagAndTheProject() throws Exception {
        compute.answer(asked -> Answer.json(200, "{\"kind\":\"compute#instanceAggregatedList\"}"));
        assertThat(look(source).error()).isEqualTo("no running instance of project proj has the network tag quorate");
    }

    @Test
    void aRefusalIsShownInTheApisOwnWordsAndTheTokenIsNot() throws Exception {
        compute.answer(asked -> Answer.json(
                403,
                error(
                        403,
                        "Required 'compute.instances.list' permission for 'projects/proj' " + TOKEN,
                        "PERMISSION_DENIED")));
        assertThat(look(source).error())
                .isEqualTo(
                        "Compute Engine answered 403: Required 'compute.instances.list' permission for 'projects/proj'"
                                + " hidden");
        compute.answer(asked -> Answer.json(401, error(401, "Request had invalid credentials.", "UNAUTHENTICATED")));
        assertThat(look(source).error()).isEqualTo("Compute Engine answered 401: Request had invalid credentials.");
    }

    @Test
    void aSlowAnswerEndsAtTheDeadlineAndWhatWasLearntBeforeIsShown() throws Exception {
        compute.answer(asked -> Answer.json(200, list("")));
        try (Looking looking = new Looking(environment, folder, Looking.SHORT)) {
            // Connections and classes are there from now on.
            looking.at(source);
            compute.fallSilent();
            Attempt attempt = looking.at(source);
            assertThat(attempt.error()).isEqualTo("no answer in 2 s");
            assertThat(attempt.answers()).contains("project proj");
        }
    }

    @Test
    void whatIsNoJsonIsRefused() throws Exception {
        compute.answer(asked -> Answer.json(200, "{\"items\":"));
        assertThat(look(source).error()).startsWith("Compute Engine answered what is not JSON");
        compute.answer(asked -> Answer.json(200, "[]"));
        assertThat(look(source).error()).isEqualTo("Compute Engine answered JSON that is not an object");
    }

    @Test
    void aServerThatOnlyStandsAtTheMetadatasAddressIsNotBelieved() throws Exception {
        metadata.answer(asked -> Answer.text("proj"));
        assertThat(look(source).error()).contains("is not Google's: its answer lacks Metadata-Flavor");
        metadata.answer(asked -> Answer.json(404, ""));
        assertThat(look(source).error()).isEqualTo("Google metadata answered 404: it does not give the project");
    }

    @Test
    void aKeyFileSignsForATokenOfItsServiceAccount() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        Path file = keyFile(metadata.url() + "/token", pair);
        metadata.answer(asked -> Answer.json(200, "{\"access_token\":\"exchanged-token\",\"expires_in\":3599}"));
        compute.answer(asked ->
                Answer.json(200, list("", zone("z", instance("q-1", "RUNNING", "quorate", "10.0.0.1")))));

        Attempt attempt = look(source + " credentials_file=" + file);

        assertThat(attempt.answers())
                .containsExactly("project filed", "credentials of joiner@filed.iam", "z/q-1 10.0.0.1");
        assertThat(compute.asked().get(0).headers()).containsEntry("Authorization", "Bearer exchanged-token");
        Map<String, String> form = metadata.asked().get(0).form();
        assertThat(form).containsEntry("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
        String[] parts = form.getOrDefault("assertion", "").split("\\.", -1);
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initVerify(pair.getPublic());
        signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
        assertThat(signature.verify(Base64.getUrlDecoder().decode(parts[2]))).isTrue();
        JsonNode header = JsonMapper.shared().readTree(Base64.getUrlDecoder().decode(parts[0]));
        assertThat(header.path("alg").asString("")).isEqualTo("RS256");
        assertThat(header.path("kid").asString("")).isEqualTo("key-1");
        JsonNode claims = JsonMapper.shared().readTree(Base64.getUrlDecoder().decode(parts[1]));
        assertThat(claims.path("iss").asString("")).isEqualTo("joiner@filed.iam");
        assertThat(claims.path("aud").asString("")).isEqualTo(metadata.url() + "/token");
        assertThat(claims.path("scope").asString("")).isEqualTo("https://www.googleapis.com/auth/compute.readonly");
        assertThat(claims.path("iat").asLong(0)).isEqualTo(Looking.NOW.getEpochSecond());
        assertThat(claims.path("exp").asLong(0)).isEqualTo(Looking.NOW.getEpochSecond() + 600);

        environment.put("GOOGLE_APPLICATION_CREDENTIALS", file.toString());
        metadata.answer(asked ->
                Answer.json(400, "{\"error\":\"invalid_grant\",\"error_description\":\"Invalid JWT Signature.\"}"));
        assertThat(look(source).error())
                .isEqualTo("Google's token endpoint answered 400: invalid_grant: Invalid JWT Signature.");
    }

    @Test
    void anUnusableKeyFileIsNamedButNotQuoted() throws Exception {
        Path broken = Files.writeString(folder.resolve("broken.json"), """
                {"type":"service_account","project_id":"p","client_email":"a","private_key":"c2VjcmV0LWtleQ=="}
                """);
        assertThat(look(source + " credentials_file=" + broken).error())
                .isEqualTo("the credentials file holds no usable private_key (PKCS #8, RSA)");
        Path user = Files.writeString(folder.resolve("user.json"), "{\"type\":\"authorized_user\"}");
        assertThat(look(source + " credentials_file=" + user).error())
                .isEqualTo("credentials file " + user + " is of type \"authorized_user\", not service_account");
        assertThat(look(source + " credentials_file=" + folder.resolve("none")).error())
                .isEqualTo("no credentials file: " + folder.resolve("none") + " does not exist");
    }

    private Path keyFile(String tokenUri, KeyPair pair) throws Exception {
        String pem = "-----BEGIN PRIVATE KEY-----\\n"
                + Base64.getMimeEncoder()
                        .encodeToString(pair.getPrivate().getEncoded())
                        .replace("\r\n", "\\n")
                + "\\n-----END PRIVATE KEY-----\\n";
        return Files.writeString(folder.resolve("key.json"), """
                {"type":"service_account","project_id":"filed","private_key_id":"key-1","private_key":"%s",
                 "client_email":"joiner@filed.iam","token_uri":"%s"}
                """.formatted(pem, tokenUri));
    }
}
