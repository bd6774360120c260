package io.quorate.catalog.web;

import io.quorate.catalog.NodeMeta;
import io.quorate.http.BadRequestException;
import io.quorate.http.Query;
import io.quorate.http.Request;

/** What the catalog's routes read from a request in the same way. */
final class Asks {
    private Asks() {}

    /** With Consul 1.8 these have none; to leave it out would hand out what the caller asked not to get. */
    static void refuseFilter(Request request) {
        if (!request.query().first("filter").isEmpty()) {
            throw new BadRequestException("Bad request: filter is not supported by this version of Quorate");
        }
    }

    static NodeMeta nodeMeta(Query query) {
        return NodeMeta.of(query.all("node-meta"));
    }

    /** @throws BadRequestException when nothing is named */
    static String named(Request request, String missing) {
        if (request.rest().isEmpty()) {
            throw new BadRequestException(missing);
        }
        return request.rest();
    }
}
