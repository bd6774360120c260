package io.quorate.discovery.cloud;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signature version 4 in a header, as AWS documents it under "Create a signed AWS API request". Its own signer is part of an SDK
 * of many jars, the algorithm is four HMACs. Paths and queries are taken as encoded by the caller.
 */
final class AwsSigner {
    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final AwsCredentials credentials;
    private final String region;
    private final String service;

    AwsSigner(AwsCredentials credentials, String region, String service) {
        this.credentials = credentials;
        this.region = region;
        this.service = service;
    }

    /**
     * @param headers which the request has, and which are signed too
     * @return the headers to send beside them
     */
    Map<String, String> sign(String method, URI uri, Map<String, String> headers, byte[] body, Instant at) {
        String time = TIME.format(at);
        Map<String, String> added = new LinkedHashMap<>();
        added.put("X-Amz-Date", time);
        if (!credentials.sessionToken().isEmpty()) {
            added.put("X-Amz-Security-Token", credentials.sessionToken());
        }
        SortedMap<String, String> signed = new TreeMap<>();
        headers.forEach((name, value) -> signed.put(name.toLowerCase(Locale.ROOT), value.strip()));
        added.forEach((name, value) -> signed.put(name.toLowerCase(Locale.ROOT), value));
        signed.put("host", Hosts.authority(uri));

        String names = String.join(";", signed.keySet());
        String request = String.join(
                "\n",
                method,
                uri.getRawPath().isEmpty() ? "/" : uri.getRawPath(),
                query(uri),
                signed.entrySet().stream()
                        .map(h -> h.getKey() + ":" + h.getValue() + "\n")
                        .collect(Collectors.joining()),
                names,
                hex(sha256(body)));
        String scope = time.substring(0, 8) + "/" + region + "/" + service + "/aws4_request";
        String toSign = String.join("\n", ALGORITHM, time, scope, hex(sha256(bytes(request))));
        added.put(
                "Authorization",
                ALGORITHM + " Credential=" + credentials.accessKeyId() + "/" + scope + ", SignedHeaders=" + names
                        + ", Signature=" + hex(hmac(key(time.substring(0, 8)), toSign)));
        return added;
    }

    private static String query(URI uri) {
        String raw = uri.getRawQuery();
        return raw == null || raw.isEmpty()
                ? ""
                : Arrays.stream(raw.split("&", -1))
                        .map(pair -> pair.contains("=") ? pair : pair + "=")
                        .sorted()
                        .collect(Collectors.joining("&"));
    }

    private byte[] key(String day) {
        byte[] ofDay = hmac(bytes("AWS4" + credentials.secretAccessKey()), day);
        return hmac(hmac(hmac(ofDay, region), service), "aws4_request");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(bytes(text));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has HmacSHA256", e);
        }
    }
}
