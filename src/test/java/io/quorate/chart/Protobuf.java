package io.quorate.chart;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the one kind of object that Helm's client sends in the binary form of Kubernetes: the Secret with the record of a release. The
 * numbers of the fields are those of {@code k8s.io/api/core/v1} and {@code k8s.io/apimachinery}.
 */
final class Protobuf {
    private static final byte[] MAGIC = {'k', '8', 's', 0};

    private Protobuf() {}

    static boolean is(byte[] body) {
        return body.length > MAGIC.length && Arrays.equals(body, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    }

    /** As the JSON form has it. */
    static JsonNode secret(byte[] body) {
        byte[] envelope = Arrays.copyOfRange(body, MAGIC.length, body.length);
        Map<Integer, List<byte[]>> secret = fields(first(fields(envelope), 2));
        Map<Integer, List<byte[]>> meta = fields(first(secret, 1));
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("apiVersion", "v1").put("kind", "Secret").put("type", text(first(secret, 3)));
        ObjectNode metadata = json.putObject("metadata");
        metadata.put("name", text(first(meta, 1))).put("namespace", text(first(meta, 3)));
        ObjectNode labels = metadata.putObject("labels");
        for (byte[] entry : meta.getOrDefault(11, List.of())) {
            labels.put(text(first(fields(entry), 1)), text(first(fields(entry), 2)));
        }
        ObjectNode data = json.putObject("data");
        for (byte[] entry : secret.getOrDefault(2, List.of())) {
            data.put(text(first(fields(entry), 1)), Base64.getEncoder().encodeToString(first(fields(entry), 2)));
        }
        return json;
    }

    private static byte[] first(Map<Integer, List<byte[]>> fields, int number) {
        List<byte[]> values = fields.getOrDefault(number, List.of());
        return values.isEmpty() ? new byte[0] : values.get(0);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Fields with a length, by number; those of other types are passed over. */
    private static Map<Integer, List<byte[]>> fields(byte[] message) {
        Map<Integer, List<byte[]>> fields = new TreeMap<>();
        int[] at = {0};
        while (at[0] < message.length) {
            long key = varint(message, at);
            switch ((int) (key & 7)) {
                case 0 -> varint(message, at);
                case 1 -> at[0] += 8;
                case 5 -> at[0] += 4;
                case 2 -> {
                    int length = Math.toIntExact(varint(message, at));
                    byte[] value = Arrays.copyOfRange(message, at[0], at[0] + length);
                    fields.computeIfAbsent((int) (key >>> 3), any -> new ArrayList<>())
                            .add(value);
                    at[0] += length;
                }
                default -> throw new IllegalArgumentException("no such type of field: " + (key & 7));
            }
        }
        return fields;
    }

    private static long varint(byte[] message, int[] at) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = message[at[0]++];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number of more than ten bytes");
    }
}
