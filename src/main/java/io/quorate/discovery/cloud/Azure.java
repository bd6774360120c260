package io.quorate.discovery.cloud;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The network interfaces of a subscription that carry a tag, or those of a virtual machine scale set, by Azure Resource
 * Manager. An interface does not say whether its machine runs; one that belongs to no machine is left out.
 */
final class Azure {
    private static final String API = "Azure";
    private static final String INTERFACES_VERSION = "2023-09-01";
    private static final String SCALE_SET_VERSION = "2018-10-01";

    private final Visit visit;

    Azure(Visit visit) {
        this.visit = visit;
    }

    void ask() throws CloudException {
        String named = visit.value("environment", List.of("ARM_ENVIRONMENT", "AZURE_ENVIRONMENT"));
        AzureCloud cloud = named == null ? AzureCloud.PUBLIC : AzureCloud.of(named);
        if (cloud == null) {
            throw visit.wrong("ARM_ENVIRONMENT or AZURE_ENVIRONMENT must be public, usgovernment or china");
        }
        URI base = Hosts.base(visit.value("endpoint", cloud.management()));
        if (!Hosts.mayCarrySecrets(base)) {
            throw visit.wrong("the endpoint has no TLS: no token is sent there");
        }
        AzureIdentity identity = new AzureIdentity(visit, cloud);
        String subscription = identity.subscription();
        Map<String, String> headers = Map.of("Authorization", "Bearer " + identity.token());
        @Nullable URI next = first(base, subscription);
        for (int page = 0; next != null && page < Visit.MAX_PAGES && !visit.isFull(); page++) {
            Web.Reply reply = visit.get(API, new Web.Via.World(), next, headers);
            if (!reply.isGood()) {
                JsonNode error = Visit.jsonOrEmpty(reply.body()).path("error");
                throw visit.refused(
                        API,
                        reply,
                        error.path("code").asString("") + ": "
                                + error.path("message").asString(""));
            }
            JsonNode list = visit.json(API, reply.body());
            list.path("value").forEach(this::take);
            next = next(base, list.path("nextLink").asString(""));
        }
        visit.expectSome(
                tagged()
                        ? "no network interface of a machine in this subscription has the tag "
                                + visit.value("tag_name", "") + "=" + visit.value("tag_value", "")
                        : "no network interface in the scale set " + visit.value("vm_scale_set", ""));
    }

    private boolean tagged() {
        return visit.value("tag_name") != null;
    }

    private URI first(URI base, String subscription) {
        String root = base + "/subscriptions/" + Hosts.encoded(subscription);
        return URI.create(
                tagged()
                        ? root + "/providers/Microsoft.Network/networkInterfaces?api-version=" + INTERFACES_VERSION
                        : root + "/resourceGroups/" + Hosts.encoded(visit.value("resource_group", ""))
                                + "/providers/Microsoft.Compute/virtualMachineScaleSets/"
                                + Hosts.encoded(visit.value("vm_scale_set", ""))
                                + "/networkInterfaces?api-version=" + SCALE_SET_VERSION);
    }

    /** A link to another host would get the token. */
    private @Nullable URI next(URI base, String link) throws CloudException {
        if (link.isEmpty()) {
            return null;
        }
        try {
            URI next = URI.create(link);
            if (next.isAbsolute() && Hosts.sameOrigin(base, next)) {
                return next;
            }
        } catch (IllegalArgumentException e) {
            throw visit.wrong(API + " answered with a next page that is no URL");
        }
        throw visit.wrong(API + " answered with a next page on another host");
    }

    private void take(JsonNode networkInterface) {
        String name = networkInterface.path("name").asString("");
        JsonNode properties = networkInterface.path("properties");
        if (tagged() && !hasTag(networkInterface.path("tags"))) {
            return;
        }
        if (properties.path("virtualMachine").path("id").asString("").isEmpty()) {
            visit.note(name + " left out: no machine has it");
            return;
        }
        for (JsonNode configuration : properties.path("ipConfigurations")) {
            String address =
                    configuration.path("properties").path("privateIPAddress").asString("");
            if (!address.isEmpty()) {
                visit.found(name, address, 0);
            }
        }
    }

    /** Names of tags have no case in Azure, values do. */
    private boolean hasTag(JsonNode tags) {
        String name = visit.value("tag_name", "");
        String value = visit.value("tag_value", "");
        return tags.properties().stream()
                .anyMatch(tag -> tag.getKey().equalsIgnoreCase(name)
                        && tag.getValue().asString("").equals(value));
    }
}
