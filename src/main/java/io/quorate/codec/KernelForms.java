package io.quorate.codec;

import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.NodeId;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;

/** The values of the kernel, as they stand in every record. */
public final class KernelForms {
    public static final Form<ServerId> SERVER_ID =
            Form.of((id, out) -> out.uuid(id.value()), in -> new ServerId(in.uuid()));
    public static final Form<NodeId> NODE_ID = Form.of((id, out) -> out.uuid(id.value()), in -> new NodeId(in.uuid()));
    public static final Form<ClusterId> CLUSTER_ID =
            Form.of((id, out) -> out.uuid(id.value()), in -> new ClusterId(in.uuid()));
    public static final Form<ClusterRef> CLUSTER = Form.of((cluster, out) -> out.cluster(cluster), In::cluster);
    public static final Form<Endpoint> ENDPOINT = Form.of((endpoint, out) -> out.endpoint(endpoint), In::endpoint);
    public static final Form<NodeName> NODE_NAME = Form.of(
            (name, out) -> out.text(name.value(), NodeName.MAX_BYTES), in -> new NodeName(in.text(NodeName.MAX_BYTES)));
    public static final Form<Datacenter> DATACENTER =
            Form.of((name, out) -> out.text(name.value(), Datacenter.MAX_BYTES), KernelForms::datacenter);

    private KernelForms() {}

    private static Datacenter datacenter(In in) throws MalformedException {
        String text = in.text(Datacenter.MAX_BYTES);
        Datacenter datacenter = new Datacenter(text);
        if (!datacenter.value().equals(text)) {
            throw new MalformedException("a datacenter with capitals: " + text);
        }
        return datacenter;
    }
}
