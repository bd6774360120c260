package io.quorate.discovery.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be written behind {@code provider=}, and how it is shown. */
class CloudSourceTest {
    @Test
    void valuesMayBeQuotedAndTheOrderIsFree() {
        CloudSource source = CloudSource.of(
                "tag_key=\"a b\"\tprovider=aws  tag_value='c \"d\"' region=eu-west-1 addr_type=public_v4");
        assertThat(source.provider()).isEqualTo(Provider.AWS);
        assertThat(source.value("tag_key")).isEqualTo("a b");
        assertThat(source.value("tag_value")).isEqualTo("c \"d\"");
        assertThat(CloudSource.of("provider=k8s label_selector=\"a\\\"b\\\\c\"").value("label_selector"))
                .isEqualTo("a\"b\\c");
        assertThat(CloudSource.of("provider=k8s label_selector=app=quorate,x!=y")
                        .value("label_selector"))
                .isEqualTo("app=quorate,x!=y");
        assertThat(source.value("endpoint")).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "provider=k8s namespace=n label_selector=\"app=quorate,component in (a, b)\" field_selector=x=y"
                        + " host_network=true",
                "provider=k8s label_selector=a endpoint=http://127.0.0.1:8001",
                "provider=aws tag_key=a tag_value=b service=ec2 endpoint=https://ec2.example:8443/path session_token=x"
                        + " access_key_id=y secret_access_key=z",
                "provider=gce tag_value=a project_name=p zone_pattern=europe-.* credentials_file=/f",
                "provider=azure tag_name=a tag_value=b tenant_id=t client_id=c subscription_id=s secret_access_key=k",
                "provider=azure resource_group=g vm_scale_set=v environment=usgovernment",
            })
    void whatConsulsUsersWriteIsTaken(String source) {
        assertThat(CloudSource.of(source).toString()).startsWith("provider=");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "provider=|discovery by \"provider=\" is not supported; supported are k8s, aws, gce, azure",
                "provider=digitalocean x=y|discovery by \"provider=digitalocean\" is not supported; supported are k8s, aws",
                "tag_key=a|no provider= among its keys; supported are k8s, aws, gce, azure",
                "provider=aws tag_value=a|provider=aws needs tag_key=",
                "provider=aws tag_key=a|provider=aws needs tag_value=",
                "provider=aws tag_key=a tag_value=|provider=aws has nothing after tag_value=",
                "provider=aws tag_key=a tag_value=b tag=c|provider=aws has no key tag; it has access_key_id, addr_type,",
                "provider=aws tag_key=a tag_value=b tag_key=c|the key tag_key is given twice",
                "provider=aws tag_key=a tag_value=b addr_type=v4|provider=aws has addr_type=v4, which must be private_v4",
                "provider=aws tag_key=a tag_value=b access_key_id=x|needs both access_key_id= and secret_access_key=",
                "provider=aws tag_key=a tag_value=b region=a.evil/|provider=aws has region=a.evil/, which can be no region",
                "provider=aws tag_key=a tag_value=b service=ecs|provider=aws serves service=ec2 only",
                "provider=aws tag_key=a tag_value=b endpoint=ftp://x|has an endpoint that is no http or https URL",
                "provider=aws tag_key=a tag_value=b endpoint=https://u:p@x|has an endpoint that is no http or https URL",
                "provider=k8s namespace=n|provider=k8s needs label_selector= or field_selector=",
                "provider=k8s label_selector=a host_network=maybe|host_network=maybe, which must be true or false",
                "provider=k8s label_selector=a endpoint=http://10.0.0.1|an endpoint without TLS that is not on this machine",
                "provider=k8s label_selector=a kubeconfig=/x|provider=k8s has no key kubeconfig",
                "provider=gce project_name=p|provider=gce needs tag_value=",
                "provider=gce tag_value=a zone_pattern=[|a zone_pattern that is no regular expression",
                "provider=azure tag_name=a|provider=azure needs tag_value=",
                "provider=azure vm_scale_set=a|provider=azure needs resource_group=",
                "provider=azure tenant_id=a|provider=azure needs either tag_name= and tag_value=, or resource_group=",
                "provider=azure tag_name=a tag_value=b environment=mars|environment=mars, which must be public,",
                "provider=k8s label_selector=\"a|the quote after label_selector= is not closed",
                "provider=k8s label_selector=\"a\"b|no white space after the quoted value of label_selector",
                "provider=k8s label_selector=a\"b|a quote inside the value of label_selector",
            })
    void whatMakesNoSenseIsRefusedWithTheKey(String source, String message) {
        assertThatThrownBy(() -> CloudSource.of(source))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aSecretIsNeitherShownNorQuotedInAnError() {
        String source = "provider=aws tag_key=a tag_value=\"b c\" access_key_id=AKID secret_access_key=s3cret"
                + " session_token=t0ken";
        assertThat(CloudSource.shown(source))
                .isEqualTo("provider=aws tag_key=a tag_value=\"b c\" access_key_id=AKID secret_access_key=hidden"
                        + " session_token=hidden");
        assertThat(CloudSource.of(source).toString()).doesNotContain("s3cret", "t0ken");
        assertThat(CloudSource.shown("provider=aws secret_access_key=s3cret oops"))
                .isEqualTo("provider=aws …");
        assertThatThrownBy(() -> CloudSource.of("provider=aws secret_access_key=half s3cret"))
                .hasMessage("word 3 of it is no key=value (a value with white space needs quotes)");
        assertThatThrownBy(() -> CloudSource.of("provider=k8s label_selector=a secret_access_key=s3cret"))
                .hasMessageNotContaining("s3cret");
    }
}
