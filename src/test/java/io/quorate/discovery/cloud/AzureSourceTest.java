package io.quorate.discovery.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.discovery.Attempt;
import io.quorate.discovery.cloud.StandIn.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code provider=azure} against a server that answers as Azure Resource Manager, its login and the machine's metadata do. */
class AzureSourceTest {
    private static final String SECRET = "fpOfcHQJAQBczjAxiVpeyLmX1M0M0KPBST+GU2GvEN4=";
    private static final String TOKEN = "eyJ0eXAi.azure.token";

    @TempDir
    Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private final StandIn manager = StandIn.plain();
    private final StandIn login = StandIn.plain();
    private final String tag = "provider=azure tag_name=role tag_value=server endpoint=" + manager.url();
    private final String source =
            tag + " tenant_id=t-1 client_id=c-1 subscription_id=s-1 secret_access_key='" + SECRET + "'";

    @BeforeEach
    void tokens() {
        environment.put("AZURE_AUTHORITY_HOST", login.url() + "/");
        environment.put("AZURE_POD_IDENTITY_AUTHORITY_HOST", login.url());
        login.answer(asked ->
                Answer.json(200, "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":\"" + TOKEN + "\"}"));
    }

    @AfterEach
    void stop() {
        manager.close();
        login.close();
    }

    private Attempt look(String text) throws Exception {
        try (Looking looking = new Looking(environment, folder)) {
            return looking.at(text);
        }
    }

    private static String nic(String name, String tags, String machine, String... addresses) {
        StringBuilder configurations = new StringBuilder();
        for (String address : addresses) {
            configurations
                    .append(configurations.isEmpty() ? "" : ",")
                    .append("{\"name\":\"ipconfig\",\"properties\":{\"privateIPAddress\":\"")
                    .append(address)
                    .append("\",\"privateIPAllocationMethod\":\"Dynamic\"}}");
        }
        return "{\"name\":\"" + name + "\",\"tags\":{" + tags + "},\"properties\":{\"provisioningState\":\"Succeeded\","
                + (machine.isEmpty() ? "" : "\"virtualMachine\":{\"id\":\"" + machine + "\"},")
                + "\"ipConfigurations\":["
                + configurations + "]}}";
    }

    private static String list(String next, String... interfaces) {
        return "{\"value\":[" + String.join(",", interfaces) + "]"
                + (next.isEmpty() ? "" : ",\"nextLink\":\"" + next + "\"") + "}";
    }

    @Test
    void interfacesWithTheTagAreFoundOnAllPagesAndThoseWithoutAMachineLeftOut() throws Exception {
        manager.answer(asked -> asked.query().containsKey("$skiptoken")
                ? Answer.json(200, list("", nic("nic-3", "\"Role\":\"server\"", "/vm/3", "10.0.0.3", "10.0.0.33")))
                : Answer.json(
                        200,
                        list(
                                manager.url() + "/subscriptions/s-1/next?api-version=2023-09-01&$skiptoken=2",
                                nic("nic-1", "\"role\":\"server\"", "/vm/1", "10.0.0.1"),
                                nic("nic-2", "\"role\":\"client\"", "/vm/2", "10.0.0.2"),
                                nic("nic-4", "\"role\":\"server\"", "", "10.0.0.4"),
                                nic("nic-5", "", "/vm/5", "10.0.0.5"))));

        Attempt attempt = look(source);

        assertThat(attempt.error()).isNull();
        assertThat(Looking.texts(attempt)).containsExactly("10.0.0.1:8301", "10.0.0.3:8301", "10.0.0.33:8301");
        assertThat(attempt.answers())
                .containsExactly(
                        "credentials of client c-1 by a client secret",
                        "nic-1 10.0.0.1",
                        "nic-4 left out: no machine has it",
                        "nic-3 10.0.0.3",
                        "nic-3 10.0.0.33");
        assertThat(attempt.source()).contains("secret_access_key=hidden").doesNotContain(SECRET);
        assertThat(login.asked().get(0).path()).isEqualTo("/t-1/oauth2/v2.0/token");
        assertThat(login.asked().get(0).form())
                .isEqualTo(Map.of(
                        "grant_type", "client_credentials",
                        "client_id", "c-1",
                        "client_secret", SECRET,
                        "scope", "https://management.azure.com/.default"));
        StandIn.Asked first = manager.asked().get(0);
        assertThat(first.path()).isEqualTo("/subscriptions/s-1/providers/Microsoft.Network/networkInterfaces");
        assertThat(first.query()).containsKey("api-version");
        assertThat(first.headers()).containsEntry("Authorization", "Bearer " + TOKEN);
    }

    @Test
    void aScaleSetIsAskedForByItsGroupAndName() throws Exception {
        manager.answer(asked -> Answer.json(200, list("", nic("nic-1", "", "/vmss/0", "10.0.0.1"))));
        Attempt attempt =
                look("provider=azure resource_group=\"my group\" vm_scale_set=quorate endpoint=" + manager.url()
                        + " tenant_id=t-1 client_id=c-1 subscription_id=s-1 secret_access_key='" + SECRET + "'");
        assertThat(Looking.texts(attempt)).containsExactly("10.0.0.1:8301");
        assertThat(manager.asked().get(0).path())
                .isEqualTo("/subscriptions/s-1/resourceGroups/my group/providers/Microsoft.Compute/"
                        + "virtualMachineScaleSets/quorate/networkInterfaces");
    }

    @Test
    void noInterfaceIsAnErrorThatNamesTheTag() throws Exception {
        manager.answer(asked -> Answer.json(200, list("")));
        assertThat(look(source).error())
                .isEqualTo("no network interface of a machine in this subscription has the tag role=server");
    }

    @Test
    void aRefusalIsShownInTheApisOwnWordsAndNoSecretWithIt() throws Exception {
        manager.answer(asked -> Answer.json(
                403,
                "{\"error\":{\"code\":\"AuthorizationFailed\",\"message\":\"The client 'c-1' does not have authorization "
                        + TOKEN + "\"}}"));
        assertThat(look(source).error())
                .isEqualTo(
                        "Azure answered 403: AuthorizationFailed: The client 'c-1' does not have authorization hidden");
        login.answer(asked -> Answer.json(
                401,
                "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: Invalid client secret provided: "
                        + SECRET + "\"}"));
        assertThat(look(source).error())
                .isEqualTo(
                        "Azure login answered 401: invalid_client: AADSTS7000215: Invalid client secret provided: hidden");
    }

    @Test
    void aSlowAnswerEndsAtTheDeadline() throws Exception {
        manager.fallSilent();
        try (Looking looking = new Looking(environment, folder, Looking.SHORT)) {
            assertThat(looking.at(source).error()).isEqualTo("no answer in 2 s");
        }
    }

    @Test
    void whatIsNoJsonIsRefusedAndSoIsANextPageElsewhere() throws Exception {
        manager.answer(asked -> Answer.json(200, "{\"value\":[{"));
        assertThat(look(source).error()).startsWith("Azure answered what is not JSON");
        try (StandIn elsewhere = StandIn.plain()) {
            manager.answer(asked -> Answer.json(200, list(elsewhere.url() + "/steal")));
            assertThat(look(source).error()).isEqualTo("Azure answered with a next page on another host");
            assertThat(elsewhere.asked()).isEmpty();
        }
    }

    @Test
    void aMachineUsesItsManagedIdentityAndItsOwnSubscription() throws Exception {
        login.answer(asked -> {
            if (!"true".equals(asked.headers().get("Metadata"))) {
                return Answer.json(400, "{\"error\":\"Bad request. Required metadata header not specified\"}");
            }
            return asked.path().equals("/metadata/instance/compute")
                    ? Answer.json(200, "{\"subscriptionId\":\"own-sub\",\"location\":\"westeurope\"}")
                    : Answer.json(200, "{\"access_token\":\"" + TOKEN + "\",\"resource\":\"x\"}");
        });
        manager.answer(asked -> Answer.json(200, list("", nic("nic-1", "\"role\":\"server\"", "/vm/1", "10.0.0.1"))));

        Attempt attempt = look(tag + " client_id=c-9");

        assertThat(attempt.answers())
                .containsExactly(
                        "subscription own-sub (this machine's)",
                        "credentials of the machine's managed identity",
                        "nic-1 10.0.0.1");
        assertThat(login.asked().get(1).path()).isEqualTo("/metadata/identity/oauth2/token");
        assertThat(login.asked().get(1).query())
                .isEqualTo(Map.of(
                        "api-version", "2018-02-01",
                        "resource", "https://management.azure.com/",
                        "client_id", "c-9"));
        assertThat(manager.asked().get(0).path()).startsWith("/subscriptions/own-sub/");

        login.answer(asked ->
                Answer.json(400, "{\"error\":\"invalid_request\",\"error_description\":\"Identity not found\"}"));
        assertThat(look(tag + " subscription_id=s-1").error())
                .isEqualTo("Azure instance metadata answered 400: invalid_request: Identity not found");
    }

    @Test
    void theEnvironmentGivesAClientWithItsSecretOrItsFederatedToken() throws Exception {
        environment.put("ARM_TENANT_ID", "t-2");
        environment.put("ARM_CLIENT_ID", "c-2");
        environment.put("ARM_SUBSCRIPTION_ID", "s-2");
        environment.put("ARM_CLIENT_SECRET", SECRET);
        manager.answer(asked -> Answer.json(200, list("", nic("nic-1", "\"role\":\"server\"", "/vm/1", "10.0.0.1"))));
        assertThat(look(tag).answers()).contains("credentials of client c-2 by a client secret");
        environment.remove("ARM_CLIENT_SECRET");
        environment.put(
                "AZURE_FEDERATED_TOKEN_FILE",
                Files.writeString(folder.resolve("federated"), "federated.token")
                        .toString());
        assertThat(look(tag).answers()).contains("credentials of client c-2 by a federated token");
        assertThat(login.asked().get(1).form())
                .containsEntry("client_assertion", "federated.token")
                .containsEntry("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        environment.remove("ARM_TENANT_ID");
        assertThat(look(tag).error()).isEqualTo("with a federated token tenant_id= and client_id= are needed too");
    }
}
