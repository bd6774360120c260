package io.quorate.bootstrap;

import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ServerId;
import io.quorate.runtime.Chance;
import java.util.random.RandomGenerator;

/** Names that nobody ever had before. */
public interface Fresh {
    ServerId serverId();

    ClusterId clusterId();

    String token();

    static Fresh from(RandomGenerator chance) {
        return new Fresh() {
            @Override
            public ServerId serverId() {
                return new ServerId(Chance.uuid(chance));
            }

            @Override
            public ClusterId clusterId() {
                return new ClusterId(Chance.uuid(chance));
            }

            @Override
            public String token() {
                return Chance.uuid(chance).toString();
            }
        };
    }
}
