package io.quorate.catalog;

import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.codec.MalformedException;
import io.quorate.codec.Out;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How the catalog's records are laid out: in commands, in columns of the database, and in answers between servers. */
final class CatalogForms {
    /** As many bytes as a column of the database holds: a committed command that does not fit would stop every server. */
    static final int MAX_COLUMN = 1024 * 1024;

    static final Form<String> NAME =
            Form.of((text, out) -> out.text(text, CatalogBounds.NAME), in -> in.text(CatalogBounds.NAME));

    private static final Form<String> TEXT = Form.of((text, out) -> out.text(text), In::text);
    static final Form<List<String>> TAGS = TEXT.listOf(CatalogBounds.TAGS);
    /** Of all instances of one service together. */
    static final Form<List<String>> MANY_TAGS = TEXT.listOf(1_000_000);

    /** Also as one column holds it. */
    static final Form<SortedMap<String, String>> MAP =
            column(Form.<SortedMap<String, String>>of((map, out) -> out.map(map), In::map));

    private static final Form<SortedMap<String, Service.Place>> PLACES =
            Form.of(CatalogForms::writePlaces, CatalogForms::places);

    /** Also as one column holds it. */
    static final Form<Service> SERVICE = column(Form.of(CatalogForms::writeService, CatalogForms::service));

    /** Also as one column holds it. */
    static final Form<Check> CHECK = column(Form.of(CatalogForms::writeCheck, CatalogForms::check));

    static final Form<Node> NODE = Form.of(
            (node, out) -> out.value(node.name(), NAME)
                    .text(node.id())
                    .text(node.address())
                    .optional(node.taggedAddresses(), MAP)
                    .optional(node.meta(), MAP),
            in -> new Node(in.value(NAME), in.text(), in.text(), in.optional(MAP), in.optional(MAP)));

    private static final Form<Stamp> STAMP = Form.of(
            (stamp, out) ->
                    out.i64(stamp.createIndex()).i64(stamp.modifyIndex()).i64(stamp.modifiedMs()),
            in -> new Stamp(in.i64(), in.i64(), in.i64()));

    static final Form<NodeRow> NODE_ROW = Form.of(
            (row, out) -> out.value(row.node(), NODE).value(row.stamp(), STAMP),
            in -> new NodeRow(in.value(NODE), in.value(STAMP)));

    static final Form<ServiceRow> SERVICE_ROW = Form.of(
            (row, out) ->
                    out.value(row.node(), NAME).value(row.service(), SERVICE).value(row.stamp(), STAMP),
            in -> new ServiceRow(in.value(NAME), in.value(SERVICE), in.value(STAMP)));

    static final Form<CheckRow> CHECK_ROW = Form.of(
            (row, out) -> out.value(row.node(), NAME)
                    .value(row.check(), CHECK)
                    .value(row.serviceName(), NAME)
                    .value(row.serviceTags(), TAGS)
                    .value(row.stamp(), STAMP),
            in -> new CheckRow(in.value(NAME), in.value(CHECK), in.value(NAME), in.value(TAGS), in.value(STAMP)));

    private CatalogForms() {}

    private static <T> Form<T> column(Form<T> form) {
        return form.within(MAX_COLUMN);
    }

    private static void writePlaces(SortedMap<String, Service.Place> places, Out out) {
        out.count(places.size(), CatalogBounds.TAGS);
        places.forEach((name, place) -> out.text(name).text(place.address()).i32(place.port()));
    }

    private static SortedMap<String, Service.Place> places(In in) throws MalformedException {
        SortedMap<String, Service.Place> places = new TreeMap<>();
        for (int left = in.count(CatalogBounds.TAGS); left > 0; left--) {
            places.put(in.text(), new Service.Place(in.text(), in.i32()));
        }
        return places;
    }

    private static void writeService(Service service, Out out) {
        out.value(service.id(), NAME)
                .value(service.name(), NAME)
                .text(service.kind())
                .value(service.tags(), TAGS)
                .text(service.address())
                .value(service.taggedAddresses(), PLACES)
                .optional(service.meta(), MAP)
                .i32(service.port())
                .i32(service.weights().passing())
                .i32(service.weights().warning())
                .flag(service.enableTagOverride());
    }

    private static Service service(In in) throws MalformedException {
        return new Service(
                in.value(NAME),
                in.value(NAME),
                in.text(),
                in.value(TAGS),
                in.text(),
                in.value(PLACES),
                in.optional(MAP),
                in.i32(),
                new Service.Weights(in.i32(), in.i32()),
                in.flag());
    }

    private static void writeCheck(Check check, Out out) {
        out.value(check.id(), NAME)
                .text(check.name())
                .text(check.status())
                .text(check.notes())
                .text(check.output())
                .value(check.serviceId(), NAME)
                .text(check.type())
                .text(check.definition());
    }

    private static Check check(In in) throws MalformedException {
        return new Check(
                in.value(NAME), in.text(), in.text(), in.text(), in.text(), in.value(NAME), in.text(), in.text());
    }

    /** A map as one column holds it; absent stays absent. */
    static byte @Nullable [] column(@Nullable SortedMap<String, String> map) {
        return map == null ? null : MAP.bytes(map);
    }

    static @Nullable SortedMap<String, String> fromColumn(byte @Nullable [] column) {
        return column == null ? null : fromColumn(column, MAP);
    }

    static <T> T fromColumn(byte[] column, Form<T> form) {
        try {
            return form.of(column);
        } catch (MalformedException e) {
            throw new UncheckedIOException("damaged row", e);
        }
    }
}
