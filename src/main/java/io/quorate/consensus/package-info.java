/** One replicated log of commands and who leads it. */
@ApplicationModule(allowedDependencies = {"kernel", "runtime", "codec", "rpc", "store"})
@NullMarked
package io.quorate.consensus;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
