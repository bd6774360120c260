package io.quorate.catalog;

import io.quorate.http.Fields;
import io.quorate.kernel.Datacenter;

/** What a filter may look at of nodes, services and checks, wherever they are shown. */
public final class CatalogFields {
    private static final Fields<Service.Place> PLACE =
            new Fields<Service.Place>().text("Address", Service.Place::address).number("Port", Service.Place::port);
    private static final Fields<Service.Weights> WEIGHTS = new Fields<Service.Weights>()
            .number("Passing", Service.Weights::passing)
            .number("Warning", Service.Weights::warning);
    /** There is no mesh: what is shown of it is always the same. */
    private static final Fields<Service> CONNECT = new Fields<Service>().flag("Native", service -> false);

    public static final Fields<ServiceRow> SERVICE = new Fields<ServiceRow>()
            .text("Kind", row -> row.service().kind())
            .text("ID", row -> row.service().id())
            .text("Service", row -> row.service().name())
            .texts("Tags", row -> row.service().tags())
            .text("Address", row -> row.service().address())
            .objectMap("TaggedAddresses", row -> row.service().taggedAddresses(), PLACE)
            .map("Meta", row -> row.service().meta())
            .number("Port", row -> row.service().port())
            .object("Weights", row -> row.service().weights(), WEIGHTS)
            .flag("EnableTagOverride", row -> row.service().enableTagOverride())
            .object("Connect", ServiceRow::service, CONNECT);

    public static final Fields<CheckRow> CHECK = new Fields<CheckRow>()
            .text("Node", CheckRow::node)
            .text("CheckID", row -> row.check().id())
            .text("Name", row -> row.check().name())
            .text("Status", row -> row.check().status())
            .text("Notes", row -> row.check().notes())
            .text("Output", row -> row.check().output())
            .text("ServiceID", row -> row.check().serviceId())
            .text("ServiceName", CheckRow::serviceName)
            .texts("ServiceTags", CheckRow::serviceTags);

    private CatalogFields() {}

    public static Fields<NodeRow> node(Datacenter datacenter) {
        return new Fields<NodeRow>()
                .text("ID", row -> row.node().id())
                .text("Node", row -> row.node().name())
                .text("Address", row -> row.node().address())
                .text("Datacenter", row -> datacenter.value())
                .map("TaggedAddresses", row -> row.node().taggedAddresses())
                .map("Meta", row -> row.node().meta());
    }

    /** Of a service with its node, on one level. */
    public static Fields<Instance> instance(Datacenter datacenter) {
        return new Fields<Instance>()
                .text("ID", row -> row.node().node().id())
                .text("Node", row -> row.node().node().name())
                .text("Address", row -> row.node().node().address())
                .text("Datacenter", row -> datacenter.value())
                .map("TaggedAddresses", row -> row.node().node().taggedAddresses())
                .map("NodeMeta", row -> row.node().node().meta())
                .text("ServiceKind", row -> row.service().service().kind())
                .text("ServiceID", row -> row.service().service().id())
                .text("ServiceName", row -> row.service().service().name())
                .texts("ServiceTags", row -> row.service().service().tags())
                .text("ServiceAddress", row -> row.service().service().address())
                .objectMap(
                        "ServiceTaggedAddresses", row -> row.service().service().taggedAddresses(), PLACE)
                .object("ServiceWeights", row -> row.service().service().weights(), WEIGHTS)
                .map("ServiceMeta", row -> row.service().service().meta())
                .number("ServicePort", row -> row.service().service().port())
                .flag("ServiceEnableTagOverride", row -> row.service().service().enableTagOverride())
                .object("ServiceConnect", row -> row.service().service(), CONNECT);
    }

    /** Of an instance with its checks. */
    public static Fields<CatalogReads.Checked> checked(Datacenter datacenter) {
        return new Fields<CatalogReads.Checked>()
                .object("Node", row -> row.instance().node(), node(datacenter))
                .object("Service", row -> row.instance().service(), SERVICE)
                .objects("Checks", CatalogReads.Checked::checks, CHECK);
    }
}
