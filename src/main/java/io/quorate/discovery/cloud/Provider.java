package io.quorate.discovery.cloud;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The platforms, and which keys a source may have for each: those that Consul's users know, and a few that name files and hosts. */
enum Provider {
    K8S("", "namespace label_selector field_selector host_network endpoint ca_file token_file"),
    AWS("tag_key tag_value", "region addr_type access_key_id secret_access_key session_token service endpoint"),
    GCE("tag_value", "project_name zone_pattern credentials_file endpoint"),
    AZURE(
            "",
            "tag_name tag_value resource_group vm_scale_set tenant_id client_id subscription_id secret_access_key"
                    + " environment endpoint");

    private final String required;
    private final String optional;

    /** Both with a space between two keys. */
    Provider(String required, String optional) {
        this.required = required;
        this.optional = optional;
    }

    /** As it is written in a source. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    List<String> required() {
        return split(required).toList();
    }

    boolean knows(String key) {
        return all().anyMatch(key::equals);
    }

    /** Every key, in alphabetical order. */
    String keys() {
        return all().sorted().collect(Collectors.joining(", "));
    }

    private Stream<String> all() {
        return Stream.concat(split(required), split(optional));
    }

    private static Stream<String> split(String keys) {
        return Arrays.stream(keys.split(" ")).filter(key -> !key.isEmpty());
    }

    static Optional<Provider> of(String word) {
        return Arrays.stream(values()).filter(p -> p.word().equals(word)).findFirst();
    }

    static String words() {
        return Arrays.stream(values()).map(Provider::word).collect(Collectors.joining(", "));
    }
}
