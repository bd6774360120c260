/** Founding one cluster, and taking further servers into it. */
@ApplicationModule(allowedDependencies = {"kernel", "runtime", "codec", "rpc", "membership", "consensus"})
@NullMarked
package io.quorate.bootstrap;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
