package io.quorate.discovery.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.discovery.Attempt;
import io.quorate.discovery.cloud.StandIn.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code provider=aws} against a server that answers as EC2, STS and the instance's metadata do. */
class AwsSourceTest {
    private static final String KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private static final String TAG = "provider=aws tag_key=role tag_value=server";

    @TempDir
    Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private final StandIn ec2 = StandIn.plain();
    private final StandIn metadata = StandIn.plain();
    private final String source =
            TAG + " region=eu-west-1 access_key_id=AKIDEXAMPLE secret_access_key=\"" + KEY + "\" endpoint=" + ec2.url();

    AwsSourceTest() {
        environment.put("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.url());
    }

    @AfterEach
    void stop() {
        ec2.close();
        metadata.close();
    }

    private Attempt look(String text) throws Exception {
        try (Looking looking = new Looking(environment, folder)) {
            return looking.at(text);
        }
    }

    private static String instance(String id, String state, String own, String outer, String v6) {
        return """
                <item><reservationId>r-1</reservationId><instancesSet><item><instanceId>%s</instanceId>
                 <instanceState><code>16</code><name>%s</name></instanceState>
                 <privateIpAddress>%s</privateIpAddress>%s
                 <tagSet><item><key>role</key><value>server</value></item></tagSet>
                 <networkInterfaceSet><item><privateIpAddress>%s</privateIpAddress><ipv6AddressesSet>%s</ipv6AddressesSet>
                 </item></networkInterfaceSet></item></instancesSet></item>
                """.formatted(
                        id,
                        state,
                        own,
                        outer.isEmpty() ? "" : "<ipAddress>" + outer + "</ipAddress>",
                        own,
                        v6.isEmpty() ? "" : "<item><ipv6Address>" + v6 + "</ipv6Address></item>");
    }

    private static String answer(String next, String... instances) {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                + "<DescribeInstancesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>x</requestId>"
                + "<reservationSet>" + String.join("", instances) + "</reservationSet>"
                + (next.isEmpty() ? "" : "<nextToken>" + next + "</nextToken>") + "</DescribeInstancesResponse>";
    }

    private static String error(String code, String message) {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>" + code + "</Code><Message>"
                + message + "</Message></Error></Errors><RequestID>1</RequestID></Response>";
    }

    @Test
    void runningInstancesOfAllPagesAreFound() throws Exception {
        ec2.answer(asked -> asked.form().containsKey("NextToken")
                ? Answer.xml(200, answer("", instance("i-3", "running", "10.0.0.3", "", "")))
                : Answer.xml(
                        200,
                        answer(
                                "to&amp;ken/2",
                                instance("i-1", "running", "10.0.0.1", "203.0.113.1", "2001:db8::1"),
                                instance("i-2", "stopped", "10.0.0.2", "", ""))));

        Attempt attempt = look(source);

        assertThat(attempt.error()).isNull();
        assertThat(Looking.texts(attempt)).containsExactly("10.0.0.1:8301", "10.0.0.3:8301");
        assertThat(attempt.answers()).containsExactly("i-1 10.0.0.1", "i-2 left out: stopped", "i-3 10.0.0.3");
        assertThat(attempt.source()).doesNotContain(KEY).contains("secret_access_key=hidden");
        StandIn.Asked first = ec2.asked().get(0);
        assertThat(first.method()).isEqualTo("POST");
        assertThat(first.form())
                .isEqualTo(Map.of(
                        "Action", "DescribeInstances",
                        "Version", "2016-11-15",
                        "Filter.1.Name", "tag:role",
                        "Filter.1.Value.1", "server",
                        "Filter.2.Name", "instance-state-name",
                        "Filter.2.Value.1", "running",
                        "MaxResults", "200"));
        assertThat(first.headers())
                .containsEntry("Host", "127.0.0.1:" + ec2.port())
                .containsEntry("X-amz-date", "20261123T040000Z");
        assertThat(first.headers().get("Authorization"))
                .startsWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261123/eu-west-1/ec2/aws4_request,"
                        + " SignedHeaders=content-type;host;x-amz-date, Signature=")
                .doesNotContain(KEY);
        assertThat(ec2.asked().get(1).form()).containsEntry("NextToken", "to&ken/2");
    }

    @Test
    void publicAddressesOfEitherFamilyAreFoundWhenAskedFor() throws Exception {
        ec2.answer(asked -> Answer.xml(
                200,
                answer(
                        "",
                        instance("i-1", "running", "10.0.0.1", "203.0.113.1", "2001:db8::1"),
                        instance("i-2", "running", "10.0.0.2", "", ""))));
        assertThat(Looking.texts(look(source + " addr_type=public_v4"))).containsExactly("203.0.113.1:8301");
        assertThat(Looking.texts(look(source + " addr_type=public_v6"))).containsExactly("[2001:db8::1]:8301");
    }

    @Test
    void noInstanceIsAnErrorThatNamesTheTagAndTheRegion() throws Exception {
        ec2.answer(asked -> Answer.xml(200, answer("")));
        assertThat(look(source).error())
                .isEqualTo("no running instance in eu-west-1 with the tag role=server has a private_v4 address");
    }

    @Test
    void aRefusalIsShownInTheApisOwnWordsAndNoSecretWithIt() throws Exception {
        ec2.answer(asked -> Answer.xml(401, error("AuthFailure", "AWS was not able to validate " + KEY)));
        assertThat(look(source).error())
                .isEqualTo("EC2 answered 401: AuthFailure: AWS was not able to validate hidden");
        ec2.answer(asked ->
                Answer.xml(403, error("UnauthorizedOperation", "You are not authorized to perform this operation.")));
        assertThat(look(source).error())
                .isEqualTo(
                        "EC2 answered 403: UnauthorizedOperation: You are not authorized to perform this operation.");
        ec2.answer(asked -> new Answer(502, "text/html", "<html>bad gateway", List.of()));
        assertThat(look(source).error()).isEqualTo("EC2 answered 502");
    }

    @Test
    void aSlowAnswerEndsAtTheDeadline() throws Exception {
        ec2.fallSilent();
        try (Looking looking = new Looking(environment, folder, Looking.SHORT)) {
            assertThat(looking.at(source).error()).isEqualTo("no answer in 2 s");
        }
    }

    @Test
    void brokenAndHostileXmlIsRefused() throws Exception {
        ec2.answer(asked -> Answer.xml(200, answer("").replace("</reservationSet>", "")));
        assertThat(look(source).error()).startsWith("EC2 answered what is not XML");
        ec2.answer(asked -> Answer.xml(200, "<html/>"));
        assertThat(look(source).error()).isEqualTo("EC2 answered XML that is not a list of instances");
        Path file = Files.writeString(folder.resolve("secret"), "10.9.9.9");
        String doctype = "<!DOCTYPE a [<!ENTITY x SYSTEM \"" + file.toUri() + "\">]>";
        ec2.answer(asked -> Answer.xml(
                200, answer("", instance("i-1", "running", "&x;", "", "")).replace("?>\n", "?>\n" + doctype)));
        Attempt external = look(source);
        assertThat(external.error()).contains("a document type is not allowed").doesNotContain("10.9.9.9");
        ec2.answer(asked -> Answer.xml(200, "<a>".repeat(100) + "</a>".repeat(100)));
        assertThat(look(source).error()).contains("deeper than 64 elements");
    }

    @Test
    void theRoleOfTheInstanceAndItsRegionComeFromItsMetadata() throws Exception {
        metadata.answer(asked -> {
            if (asked.path().equals("/latest/api/token")) {
                return asked.method().equals("PUT")
                                && asked.headers().containsKey("X-aws-ec2-metadata-token-ttl-seconds")
                        ? Answer.text("proof-of-session")
                        : Answer.json(400, "");
            }
            if (!"proof-of-session".equals(asked.headers().get("X-aws-ec2-metadata-token"))) {
                return Answer.json(401, "");
            }
            return switch (asked.path()) {
                case "/latest/meta-data/placement/region" -> Answer.text("ap-south-1");
                case "/latest/meta-data/iam/security-credentials/" -> Answer.text("joiner");
                case "/latest/meta-data/iam/security-credentials/joiner" -> Answer.json(200, """
                            {"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"ASIAROLE","SecretAccessKey":"role-secret",
                             "Token":"role-token","Expiration":"2026-11-23T10:00:00Z"}
                            """);
                default -> Answer.json(404, "");
            };
        });
        ec2.answer(asked -> Answer.xml(200, answer("", instance("i-1", "running", "10.0.0.1", "", ""))));

        Attempt attempt = look(TAG + " endpoint=" + ec2.url());

        assertThat(attempt.error()).isNull();
        assertThat(attempt.answers())
                .containsExactly(
                        "region ap-south-1 (this instance's)",
                        "credentials of the instance's role joiner",
                        "i-1 10.0.0.1");
        assertThat(ec2.asked().get(0).headers()).containsEntry("X-amz-security-token", "role-token");
        assertThat(ec2.asked().get(0).headers().get("Authorization"))
                .contains("Credential=ASIAROLE/20261123/ap-south-1/ec2/aws4_request");
    }

    @Test
    void anInstanceWithoutARoleSaysThatNoCredentialsWereFound() throws Exception {
        metadata.answer(asked -> asked.method().equals("PUT") ? Answer.text("proof") : Answer.json(404, ""));
        assertThat(look(TAG + " region=eu-west-1 endpoint=" + ec2.url()).error())
                .isEqualTo("no credentials in the source or the environment, and EC2 instance metadata answered 404: it"
                        + " does not know the role of this instance");
        environment.put("AWS_EC2_METADATA_DISABLED", "true");
        assertThat(look(TAG + " region=eu-west-1").error()).contains("AWS_EC2_METADATA_DISABLED is true");
        assertThat(ec2.asked()).isEmpty();
    }

    @Test
    void theEnvironmentGivesRegionKeysAndEndpoint() throws Exception {
        environment.put("AWS_REGION", "us-west-2");
        environment.put("AWS_ACCESS_KEY_ID", "AKIDENV");
        environment.put("AWS_SECRET_ACCESS_KEY", "env-secret");
        environment.put("AWS_SESSION_TOKEN", "env-token");
        environment.put("AWS_ENDPOINT_URL_EC2", ec2.url());
        ec2.answer(asked -> Answer.xml(200, answer("", instance("i-1", "running", "10.0.0.1", "", ""))));
        assertThat(look(TAG).answers()).containsExactly("credentials from the environment", "i-1 10.0.0.1");
        assertThat(ec2.asked().get(0).headers().get("Authorization")).contains("AKIDENV/20261123/us-west-2/ec2");
        assertThat(ec2.asked().get(0).headers()).containsEntry("X-amz-security-token", "env-token");
        environment.put("AWS_SESSION_TOKEN", "env\r\ntoken");
        assertThat(look(TAG).error()).isEqualTo("the credentials hold what can be no header X-Amz-Security-Token");
    }

    @Test
    void aSessionTokenGoesOverTlsOrToThisMachine() throws Exception {
        environment.put("AWS_ACCESS_KEY_ID", "AKIDENV");
        environment.put("AWS_SECRET_ACCESS_KEY", "env-secret");
        environment.put("AWS_SESSION_TOKEN", "env-token");
        assertThat(look(TAG + " region=eu-west-1 endpoint=http://ec2.invalid:8080")
                        .error())
                .isEqualTo("the endpoint has no TLS: no session token is sent there");
    }

    @Test
    void aWebIdentityIsExchangedForTheCredentialsOfItsRole() throws Exception {
        try (StandIn sts = StandIn.plain()) {
            environment.put("AWS_ROLE_ARN", "arn:aws:iam::1:role/joiner");
            environment.put(
                    "AWS_WEB_IDENTITY_TOKEN_FILE",
                    Files.writeString(folder.resolve("web"), "web.identity.token\n")
                            .toString());
            environment.put("AWS_ENDPOINT_URL_STS", sts.url());
            sts.answer(asked -> Answer.xml(200, """
                    <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                     <AssumeRoleWithWebIdentityResult><Credentials><SessionToken>sts-token</SessionToken>
                     <SecretAccessKey>sts-secret</SecretAccessKey><AccessKeyId>ASIASTS</AccessKeyId></Credentials>
                     </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>
                    """));
            ec2.answer(asked -> Answer.xml(200, answer("", instance("i-1", "running", "10.0.0.1", "", ""))));
            String here = TAG + " region=eu-west-1 endpoint=" + ec2.url();

            assertThat(look(here).answers())
                    .contains("credentials of the role arn:aws:iam::1:role/joiner by web identity", "i-1 10.0.0.1");
            assertThat(sts.asked().get(0).form())
                    .containsEntry("Action", "AssumeRoleWithWebIdentity")
                    .containsEntry("RoleArn", "arn:aws:iam::1:role/joiner")
                    .containsEntry("WebIdentityToken", "web.identity.token");
            assertThat(sts.asked().get(0).query()).isEmpty();
            assertThat(ec2.asked().get(0).headers().get("Authorization")).contains("Credential=ASIASTS/");

            sts.answer(asked -> Answer.xml(400, """
                    <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
                    <Code>InvalidIdentityToken</Code><Message>web.identity.token is not valid</Message></Error>
                    <RequestId>1</RequestId></ErrorResponse>
                    """));
            assertThat(look(here).error()).isEqualTo("STS answered 400: InvalidIdentityToken: hidden is not valid");
        }
    }

    @Test
    void aContainerAsksItsOwnEndpointAndNoOtherHostWithoutTls() throws Exception {
        environment.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", metadata.url() + "/v1/credentials");
        environment.put(
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                Files.writeString(folder.resolve("pod"), "pod-identity").toString());
        metadata.answer(asked -> "pod-identity".equals(asked.headers().get("Authorization"))
                ? Answer.json(200, "{\"AccessKeyId\":\"ASIAPOD\",\"SecretAccessKey\":\"pod-secret\",\"Token\":\"t\"}")
                : Answer.json(403, "{\"message\":\"who are you\"}"));
        ec2.answer(asked -> Answer.xml(200, answer("", instance("i-1", "running", "10.0.0.1", "", ""))));
        String here = TAG + " region=eu-west-1 endpoint=" + ec2.url();

        assertThat(look(here).answers()).containsExactly("credentials of the container", "i-1 10.0.0.1");
        environment.remove("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
        assertThat(look(here).error()).isEqualTo("container credentials answered 403: who are you");
        environment.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://192.0.2.1/credentials");
        assertThat(look(here).error()).contains("must have TLS");
    }

    @Test
    void noMoreThan256AddressesAreTaken() throws Exception {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            many.append(instance("i-" + i, "running", "10.0." + i / 250 + "." + (i % 250 + 1), "", ""));
        }
        ec2.answer(asked -> Answer.xml(200, answer("more", many.toString())));
        assertThat(look(source).addresses()).hasSize(256);
        assertThat(ec2.asked()).hasSize(1);
    }
}
