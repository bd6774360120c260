package io.quorate.bootstrap;

import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Expect;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** This server's founding state, as others see it: immutable, published by the founding loop at each change. */
public interface Founding {
    View view();

    /** Called on the founding loop at each change; must not block. */
    void listen(Consumer<View> listener);

    /**
     * @param state {@code starting}, {@code blank}, {@code pledged}, {@code withdrawn}, {@code member}, {@code failed}
     * @param cluster present for a member
     * @param expect as the charter says once there is one, else as configured
     * @param known servers of this datacenter that are known, itself included
     * @param missing how many more are needed before founding can begin; 0 once founded
     */
    record View(
            ServerId self,
            NodeName name,
            String state,
            @Nullable ClusterRef cluster,
            Expect expect,
            List<NodeName> founders,
            int known,
            int missing,
            Why why) {}
}
