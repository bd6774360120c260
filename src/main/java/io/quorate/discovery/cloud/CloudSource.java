package io.quorate.discovery.cloud;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * {@code provider=aws tag_key=role tag_value="a b"}: the syntax of Consul's cloud auto-join. White space separates; a value in
 * quotes, double or single, may hold white space and commas, and a backslash in it takes the next character as it is. Immutable.
 */
public final class CloudSource {
    /** How any of these begins, wherever {@code provider=} itself stands. */
    private static final Pattern BEGINNING = Pattern.compile("[A-Za-z_0-9]+=");

    private static final Pattern PLAIN = Pattern.compile("[^\\s\"',\\\\]+");
    private static final Set<String> SECRETS = Set.of("secret_access_key", "session_token");
    private static final Set<String> ADDRESS_TYPES = Set.of("private_v4", "public_v4", "public_v6");
    private static final Pattern REGION = Pattern.compile("[a-z0-9-]{1,40}");
    private static final String HIDDEN = "hidden";

    private final Provider provider;
    private final Map<String, String> values;

    private CloudSource(Provider provider, Map<String, String> values) {
        this.provider = provider;
        this.values = values;
    }

    /** Whether a text begins as such a source does; it may still be wrong. */
    public static boolean looksLike(String text) {
        return BEGINNING.matcher(text).lookingAt();
    }

    /**
     * Asks nobody and opens no file.
     *
     * @throws IllegalArgumentException with one sentence that names the key, never the value of a secret
     */
    public static CloudSource of(String text) {
        Map<String, String> values = words(text);
        String word = values.remove("provider");
        if (word == null) {
            throw new IllegalArgumentException("no provider= among its keys; supported are " + Provider.words());
        }
        Provider provider = Provider.of(word)
                .orElseThrow(() -> new IllegalArgumentException(
                        "discovery by \"provider=" + word + "\" is not supported; supported are " + Provider.words()));
        CloudSource source = new CloudSource(provider, values);
        source.check();
        return source;
    }

    /** As it may be logged and shown: secrets are replaced. What cannot be read is cut off where it may hold one. */
    public static String shown(String text) {
        try {
            return of(text).toString();
        } catch (IllegalArgumentException e) {
            for (String word : text.split("\\s+", -1)) {
                if (word.startsWith("provider=")) {
                    return word + " …";
                }
            }
            return "…";
        }
    }

    Provider provider() {
        return provider;
    }

    @Nullable
    String value(String key) {
        return values.get(key);
    }

    /** Secrets replaced, otherwise as it was written. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("provider=").append(provider.word());
        values.forEach((key, value) ->
                text.append(' ').append(key).append('=').append(SECRETS.contains(key) ? HIDDEN : quoted(value)));
        return text.toString();
    }

    private static String quoted(String value) {
        return PLAIN.matcher(value).matches()
                ? value
                : '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** In the order given. A word without a value is counted, not quoted: it may be the end of a secret. */
    private static Map<String, String> words(String text) {
        Map<String, String> values = new LinkedHashMap<>();
        int at = 0;
        int number = 0;
        while (true) {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            if (at == text.length()) {
                return values;
            }
            number++;
            var beginning = BEGINNING.matcher(text).region(at, text.length());
            if (!beginning.lookingAt()) {
                throw new IllegalArgumentException(
                        "word " + number + " of it is no key=value (a value with white space needs quotes)");
            }
            String key = text.substring(at, beginning.end() - 1);
            StringBuilder value = new StringBuilder();
            at = value(text, beginning.end(), key, value);
            if (values.put(key, value.toString()) != null) {
                throw new IllegalArgumentException("the key " + key + " is given twice");
            }
        }
    }

    /** Appends the value that begins at this position, and returns where it ends. */
    private static int value(String text, int from, String key, StringBuilder value) {
        int at = from;
        char quote = at < text.length() ? text.charAt(at) : ' ';
        if (quote != '"' && quote != '\'') {
            while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
                if (text.charAt(at) == '"') {
                    throw new IllegalArgumentException("a quote inside the value of " + key);
                }
                value.append(text.charAt(at++));
            }
            return at;
        }
        at++;
        while (at < text.length() && text.charAt(at) != quote) {
            if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                at++;
            }
            value.append(text.charAt(at++));
        }
        if (at == text.length()) {
            throw new IllegalArgumentException("the quote after " + key + "= is not closed");
        }
        at++;
        if (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
            throw new IllegalArgumentException("no white space after the quoted value of " + key);
        }
        return at;
    }

    private void check() {
        values.forEach((key, value) -> {
            if (!provider.knows(key)) {
                throw wrong("has no key " + key + "; it has " + provider.keys());
            }
            if (value.isBlank()) {
                throw wrong("has nothing after " + key + "=");
            }
        });
        for (String key : provider.required()) {
            if (!values.containsKey(key)) {
                throw wrong("needs " + key + "=");
            }
        }
        String endpoint = values.get("endpoint");
        if (endpoint != null && !Hosts.isBase(endpoint)) {
            throw wrong("has an endpoint that is no http or https URL without query: " + quoted(endpoint));
        }
        switch (provider) {
            case K8S -> checkKubernetes();
            case AWS -> checkAws();
            case GCE -> checkGce();
            case AZURE -> checkAzure();
        }
    }

    private void checkKubernetes() {
        if (!values.containsKey("label_selector") && !values.containsKey("field_selector")) {
            throw wrong("needs label_selector= or field_selector=");
        }
        String host = values.getOrDefault("host_network", "false");
        if (!host.equals("true") && !host.equals("false")) {
            throw wrong("has host_network=" + quoted(host) + ", which must be true or false");
        }
        if (endpoint("https").startsWith("http:") && !Hosts.mayCarrySecrets(Hosts.base(endpoint("https")))) {
            throw wrong("has an endpoint without TLS that is not on this machine");
        }
    }

    private String endpoint(String without) {
        return values.getOrDefault("endpoint", without);
    }

    private void checkAws() {
        String type = values.getOrDefault("addr_type", "private_v4");
        if (!ADDRESS_TYPES.contains(type)) {
            throw wrong("has addr_type=" + quoted(type) + ", which must be private_v4, public_v4 or public_v6");
        }
        String region = values.getOrDefault("region", "any");
        if (!REGION.matcher(region).matches()) {
            throw wrong("has region=" + quoted(region) + ", which can be no region");
        }
        if (values.containsKey("access_key_id") != values.containsKey("secret_access_key")) {
            throw wrong("needs both access_key_id= and secret_access_key=, or neither");
        }
        if (values.containsKey("session_token") && !values.containsKey("access_key_id")) {
            throw wrong("has session_token= without access_key_id=");
        }
        if (!values.getOrDefault("service", "ec2").equals("ec2")) {
            throw wrong("serves service=ec2 only");
        }
    }

    private void checkGce() {
        try {
            zones();
        } catch (PatternSyntaxException e) {
            throw wrong("has a zone_pattern that is no regular expression: " + e.getDescription());
        }
    }

    /** Which zones count; absent: all. */
    @Nullable
    Pattern zones() {
        String pattern = values.get("zone_pattern");
        return pattern == null ? null : Pattern.compile(pattern);
    }

    private void checkAzure() {
        boolean byTag = both("tag_name", "tag_value");
        boolean bySet = both("resource_group", "vm_scale_set");
        if (byTag == bySet) {
            throw wrong("needs either tag_name= and tag_value=, or resource_group= and vm_scale_set=");
        }
        String environment = values.get("environment");
        if (environment != null && AzureCloud.of(environment) == null) {
            throw wrong("has environment=" + quoted(environment) + ", which must be public, usgovernment or china");
        }
    }

    private boolean both(String one, String other) {
        if (values.containsKey(one) != values.containsKey(other)) {
            throw wrong("needs " + (values.containsKey(one) ? other : one) + "=");
        }
        return values.containsKey(one);
    }

    private IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException("provider=" + provider.word() + " " + text);
    }
}
