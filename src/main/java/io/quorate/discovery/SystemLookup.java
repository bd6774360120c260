package io.quorate.discovery;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.xbill.DNS.Lookup;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** The machine's own resolver for addresses, so that its hosts file counts; the servers it names for SRV records. */
final class SystemLookup implements io.quorate.discovery.Lookup {
    @Override
    public List<InetAddress> addresses(String name) throws UnknownHostException {
        return List.of(InetAddress.getAllByName(name));
    }

    @Override
    public List<Service> services(String name) throws UnknownHostException {
        Lookup lookup;
        try {
            lookup = new Lookup(Name.fromString(name), Type.SRV);
        } catch (TextParseException e) {
            throw unknown("no DNS name: " + name, e);
        }
        // An old answer would name members that have moved since.
        lookup.setCache(null);
        Record[] records = lookup.run();
        if (lookup.getResult() != Lookup.SUCCESSFUL || records == null) {
            throw new UnknownHostException(name + ": " + lookup.getErrorString());
        }
        List<Service> services = new ArrayList<>();
        for (Record record : records) {
            if (record instanceof SRVRecord srv) {
                services.add(new Service(srv.getTarget().toString(true), srv.getPort()));
            }
        }
        return services;
    }

    private static UnknownHostException unknown(String message, Exception cause) {
        UnknownHostException e = new UnknownHostException(message);
        e.initCause(cause);
        return e;
    }
}
