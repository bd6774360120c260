package io.quorate.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** A value that is misspelt, or makes no sense, is refused by its name before anything is rendered. */
class ChartSchemaTest {
    @TempDir
    Path folder;

    /** Beside each its words in Helm's message: where, and what is wrong. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            servers: 3                                        | additional properties 'servers' not allowed
            server: {replica: 3}                              | at '/server': additional properties 'replica' not allowed
            server: {initialReplicas: 0}                      | at '/server/initialReplicas': minimum: got 0, want 1
            server: {initialReplicas: '3'}                    | at '/server/initialReplicas': got string, want integer
            server: {replicas: three}                         | at '/server/replicas': got string, want null or integer
            server: {readinessProbe: {scope: quorum}}         | at '/server/readinessProbe/scope': value must be one of
            server: {antiAffinity: required}                  | at '/server/antiAffinity': value must be one of
            server: {terminationGracePeriodSeconds: 1}        | at '/server/terminationGracePeriodSeconds': minimum: got 1, want 10
            server: {persistence: {size: big}}                | at '/server/persistence/size': 'big' does not match pattern
            server: {persistence: {retentionPolicy: {whenScaled: Keep}}} | /whenScaled': value must be one of
            server: {zoneSpread: {whenUnsatisfiable: Never}}  | /whenUnsatisfiable': value must be one of
            server: {updateStrategy: {type: Recreate}}        | at '/server/updateStrategy/type': value must be one of
            server: {extraArgs: -dev}                         | at '/server/extraArgs': got string, want array
            server: {extraEnv: [{value: a}]}                  | at '/server/extraEnv/0': missing property 'name'
            server: {podLabels: {tier: 1}}                    | at '/server/podLabels/tier': got number, want string
            server: {resources: {limit: {memory: 1Gi}}}       | at '/server/resources': additional properties 'limit' not allowed
            server: {livenessProbe: {httpGet: {path: /}}}     | at '/server/livenessProbe': additional properties 'httpGet' not allowed
            client: {enabled: 'yes'}                          | at '/client/enabled': got string, want boolean
            client: {hostPort: 70000}                         | at '/client/hostPort': maximum: got 70,000, want 65,535
            image: {digest: latest}                           | at '/image/digest': 'latest' does not match pattern
            image: {repository: ''}                           | at '/image/repository': minLength
            image: {pullPolicy: Sometimes}                    | at '/image/pullPolicy': value must be one of
            imagePullSecrets: [registry]                      | at '/imagePullSecrets/0': got string, want object
            datacenter: 'my dc'                               | at '/datacenter': 'my dc' does not match pattern
            fullnameOverride: Registry                        | at '/fullnameOverride': 'Registry' does not match pattern
            logLevel: debug                                   | at '/logLevel': value must be one of
            clientAddress: everywhere                         | at '/clientAddress': 'everywhere' does not match pattern
            gossip: {encryption: {key: abc}}                  | at '/gossip/encryption': additional properties 'key' not allowed
            service: {type: ExternalName}                     | at '/service/type': value must be one of
            service: {port: 0}                                | at '/service/port': minimum: got 0, want 1
            service: {loadBalancerSourceRanges: [10.0.0.1]}   | at '/service/loadBalancerSourceRanges/0': '10.0.0.1' does not match pattern
            ingress: {hosts: [{host: a}]}                     | at '/ingress/hosts/0': missing property 'paths'
            networkPolicy: {egress: {enabled: 1}}             | at '/networkPolicy/egress/enabled': got number, want boolean
            metrics: {serviceMonitor: {interval: 30}}         | at '/metrics/serviceMonitor/interval': got number, want string
            test: {timeout: soon}                             | at '/test/timeout': 'soon' does not match pattern
            extraObjects: [7]                                 | at '/extraObjects/0'
            """)
    void aBadValueIsRefusedByItsName(String values, String message) throws IOException {
        Path file = folder.resolve("values.yaml");
        Files.writeString(file, values.strip() + "\n");
        assertThatThrownBy(() -> new Helm(Rendering.CHART)
                        .template()
                        .withName(Rendering.RELEASE)
                        .withKubeVersion("1.31.0")
                        .withValuesFile(file)
                        .call())
                .hasMessageContaining("values don't meet the specifications of the schema")
                .hasMessageContaining(message.strip());
    }

    @Test
    void everyKeyOfTheValuesIsInTheSchemaAndEveryKeyOfTheSchemaHasADefault() throws IOException {
        JsonNode values = Rendering.read(Files.readString(Rendering.CHART.resolve("values.yaml")));
        JsonNode schema = Rendering.read(Files.readString(Rendering.CHART.resolve("values.schema.json")));
        List<String> differences = new ArrayList<>();
        compare("", values, schema, schema, differences);
        assertThat(differences).isEmpty();
    }

    private static void compare(
            String path, JsonNode values, JsonNode schema, JsonNode root, List<String> differences) {
        JsonNode here =
                schema.has("$ref") ? root.at(schema.path("$ref").asString().substring(1)) : schema;
        JsonNode properties = here.path("properties");
        if (!properties.isObject()) {
            return;
        }
        if (here.path("additionalProperties").asBoolean(true)) {
            differences.add(path + " takes whatever it is given");
        }
        for (String key : values.propertyNames()) {
            if (properties.has(key)) {
                compare(path + "/" + key, values.path(key), properties.path(key), root, differences);
            } else {
                differences.add(path + "/" + key + " is not in the schema");
            }
        }
        // Parts of Kubernetes' own objects need no default; "global" is Helm's.
        if (!schema.has("$ref")) {
            for (String key : properties.propertyNames()) {
                if (!values.has(key) && !key.equals("global")) {
                    differences.add(path + "/" + key + " has no default in values.yaml");
                }
            }
        }
    }
}
