/** The server RPC port: its listener, clients of it, and where a server is found. Bolt is known here and in {@code consensus.jraft} only. */
@ApplicationModule(allowedDependencies = {"kernel", "runtime"})
@NullMarked
package io.quorate.rpc;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
