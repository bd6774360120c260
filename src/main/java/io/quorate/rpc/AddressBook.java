package io.quorate.rpc;

import io.quorate.kernel.Endpoint;
import io.quorate.kernel.ServerId;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Where each server's RPC port is now. Fed from the roster; keeps the last address of a server that is gone. A wrong entry costs
 * time, never safety: every message names whom it is for. Safe for any thread.
 */
public interface AddressBook {
    Optional<Endpoint> find(ServerId server);

    /** Everybody but oneself. */
    Set<ServerId> known();

    /** Called when the address of a server was learned or changed; must not block. */
    void onMove(Consumer<ServerId> listener);
}
