package io.quorate.membership.swim;

import io.quorate.codec.FileForm;
import io.quorate.codec.Form;
import io.quorate.codec.KernelForms;
import io.quorate.codec.MalformedException;
import io.quorate.kernel.Endpoint;
import java.util.List;

/** What is kept on disk for the next start: where living members are, and who belongs to a cluster. */
public record Snapshots(List<Endpoint> addresses, List<Message.Entry> servers) {
    public static final Snapshots EMPTY = new Snapshots(List.of(), List.of());
    private static final int VERSION = 2;
    private static final Form<List<Endpoint>> ADDRESSES = KernelForms.ENDPOINT.listOf(Wire.MAX_MEMBERS);
    private static final FileForm<Snapshots> FORM = new FileForm<>(
            "a list of known members",
            "QGSN",
            VERSION,
            Form.of(
                    (all, out) -> out.value(all.addresses, ADDRESSES).value(all.servers, Wire.ENTRIES),
                    in -> new Snapshots(in.value(ADDRESSES), in.value(Wire.ENTRIES))));

    public Snapshots {
        addresses = List.copyOf(addresses);
        servers = List.copyOf(servers);
    }

    public byte[] encode() {
        return FORM.bytes(this);
    }

    /** @throws MalformedException when it is not a whole snapshot of this version */
    public static Snapshots decode(byte[] bytes) throws MalformedException {
        return FORM.of(bytes);
    }
}
