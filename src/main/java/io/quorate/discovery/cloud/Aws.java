package io.quorate.discovery.cloud;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The running EC2 instances of a region that carry a tag: {@code DescribeInstances} of EC2's query API, version 2016-11-15. */
final class Aws {
    private static final String API = "EC2";
    private static final String FORM = "application/x-www-form-urlencoded; charset=utf-8";
    private static final int INSTANCES_A_PAGE = 200;

    private final Visit visit;
    private final AwsMetadata metadata;

    Aws(Visit visit) {
        this.visit = visit;
        metadata = new AwsMetadata(visit);
    }

    void ask() throws CloudException {
        String region = region();
        AwsCredentials credentials = new AwsCredentialChain(visit, metadata).find(region);
        URI endpoint = endpoint(region);
        // Keys only sign, a session's token is sent: whoever reads it needs no more than to be quick.
        if (!credentials.sessionToken().isEmpty() && !Hosts.mayCarrySecrets(endpoint)) {
            throw visit.wrong("the endpoint has no TLS: no session token is sent there");
        }
        String tag = visit.value("tag_key", "");
        String value = visit.value("tag_value", "");
        String type = visit.value("addr_type", "private_v4");
        String next = "";
        int page = 0;
        do {
            AwsXml.Page found = page(endpoint, region, credentials, form(tag, value, next));
            for (AwsXml.Instance instance : found.instances()) {
                take(instance, type);
            }
            next = found.nextToken();
        } while (!next.isEmpty() && ++page < Visit.MAX_PAGES && !visit.isFull());
        visit.expectSome("no running instance in " + region + " with the tag " + tag + "=" + value + " has a " + type
                + " address");
    }

    private String region() throws CloudException {
        String given = visit.value("region", List.of("AWS_REGION", "AWS_DEFAULT_REGION"));
        if (given != null) {
            return AwsMetadata.checkedRegion(visit, given);
        }
        String own = metadata.region();
        visit.note("region " + own + " (this instance's)");
        return own;
    }

    private URI endpoint(String region) throws CloudException {
        String given = visit.value("endpoint", List.of("AWS_ENDPOINT_URL_EC2", "AWS_ENDPOINT_URL"));
        if (given == null) {
            return URI.create("https://ec2." + region + "." + domain(region) + "/");
        }
        if (!Hosts.isBase(given)) {
            throw visit.wrong("AWS_ENDPOINT_URL_EC2 or AWS_ENDPOINT_URL is no URL");
        }
        return URI.create(Hosts.base(given) + "/");
    }

    static String domain(String region) {
        return region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
    }

    private static String form(String tag, String value, String next) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("Action", "DescribeInstances");
        fields.put("Version", "2016-11-15");
        fields.put("Filter.1.Name", "tag:" + tag);
        fields.put("Filter.1.Value.1", value);
        fields.put("Filter.2.Name", "instance-state-name");
        fields.put("Filter.2.Value.1", "running");
        fields.put("MaxResults", Integer.toString(INSTANCES_A_PAGE));
        if (!next.isEmpty()) {
            fields.put("NextToken", next);
        }
        return Hosts.form(fields);
    }

    private AwsXml.Page page(URI endpoint, String region, AwsCredentials credentials, String form)
            throws CloudException {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", FORM);
        headers.putAll(new AwsSigner(credentials, region, "ec2")
                .sign("POST", endpoint, headers, form.getBytes(StandardCharsets.UTF_8), visit.now()));
        Web.Reply reply = visit.post(API, new Web.Via.World(), endpoint, headers, form);
        if (!reply.isGood()) {
            throw visit.refused(API, reply, AwsXml.error(reply.body()));
        }
        return AwsXml.instances(visit, API, reply.body());
    }

    /** The filter asked for running ones already; an API that stands in for AWS may not know it. */
    private void take(AwsXml.Instance instance, String type) {
        if (!instance.state().equals("running")) {
            visit.note(instance.id() + " left out: " + instance.state());
            return;
        }
        for (String address : addresses(instance, type)) {
            visit.found(instance.id(), address, 0);
        }
    }

    private static List<String> addresses(AwsXml.Instance instance, String type) {
        if (type.equals("public_v6")) {
            return instance.v6Addresses();
        }
        String one = type.equals("public_v4") ? instance.publicAddress() : instance.privateAddress();
        return one.isEmpty() ? List.of() : List.of(one);
    }
}
