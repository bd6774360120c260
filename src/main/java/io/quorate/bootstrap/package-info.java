/** Founding one cluster, and what a server needs to be taken into one. */
@ApplicationModule(allowedDependencies = {"kernel", "runtime", "codec", "rpc", "membership", "consensus"})
@NullMarked
package io.quorate.bootstrap;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
