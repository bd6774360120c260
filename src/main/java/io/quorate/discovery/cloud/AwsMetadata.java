package io.quorate.discovery.cloud;

import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What an EC2 instance is told about itself, by version 2 of the metadata service: first a token, then everything with it. */
final class AwsMetadata {
    private static final String WHAT = "EC2 instance metadata";
    private static final String USUAL = "http://169.254.169.254";
    private static final String TOKEN_SECONDS = "60";

    private final Visit visit;
    private @Nullable String token;

    AwsMetadata(Visit visit) {
        this.visit = visit;
    }

    String region() throws CloudException {
        return checkedRegion(visit, get("/latest/meta-data/placement/region", "its region"));
    }

    /** @throws CloudException unless it can be part of a host name */
    static String checkedRegion(Visit visit, String region) throws CloudException {
        if (!region.matches("[a-z0-9-]{1,40}")) {
            throw visit.wrong("\"" + region + "\" can be no region");
        }
        return region;
    }

    /** Of the instance's role. */
    AwsCredentials credentials() throws CloudException {
        String role = get("/latest/meta-data/iam/security-credentials/", "the role of this instance")
                .lines()
                .findFirst()
                .orElse("")
                .strip();
        JsonNode given = visit.json(
                WHAT,
                get(
                        "/latest/meta-data/iam/security-credentials/" + Hosts.encoded(role),
                        "credentials of the role " + role));
        AwsCredentials credentials = AwsCredentialChain.fromJson(visit, WHAT, given);
        visit.note("credentials of the instance's role " + role);
        return credentials;
    }

    private String get(String path, String sought) throws CloudException {
        if ("true".equalsIgnoreCase(visit.environment("AWS_EC2_METADATA_DISABLED"))) {
            throw visit.wrong("no " + sought + ": AWS_EC2_METADATA_DISABLED is true");
        }
        String named = visit.environment("AWS_EC2_METADATA_SERVICE_ENDPOINT");
        if (named != null && !Hosts.isBase(named)) {
            throw visit.wrong("AWS_EC2_METADATA_SERVICE_ENDPOINT is no URL");
        }
        URI base = Hosts.base(named == null ? USUAL : named);
        String proof = token;
        if (proof == null) {
            Web.Reply reply = visit.put(
                    WHAT,
                    new Web.Via.Metadata(),
                    URI.create(base + "/latest/api/token"),
                    Map.of("X-aws-ec2-metadata-token-ttl-seconds", TOKEN_SECONDS));
            if (!reply.isGood()) {
                throw visit.refused(WHAT, reply, "it gives no token");
            }
            proof = visit.secret(reply.body().strip());
            token = proof;
        }
        Web.Reply reply = visit.get(
                WHAT, new Web.Via.Metadata(), URI.create(base + path), Map.of("X-aws-ec2-metadata-token", proof));
        if (!reply.isGood()) {
            throw visit.refused(WHAT, reply, "it does not know " + sought);
        }
        return reply.body().strip();
    }
}
