/** Operations: what may be asked of the cluster, and how a question comes to whoever can answer it. Knows no dialect. */
@ApplicationModule(allowedDependencies = {"kernel", "runtime", "codec", "rpc", "store", "consensus", "membership"})
@NullMarked
package io.quorate.answer;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
