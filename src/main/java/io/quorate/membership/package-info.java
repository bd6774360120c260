/** Who is there, by SWIM with Lifeguard: the protocol as pure state, and its public face. */
@ApplicationModule(allowedDependencies = {"kernel", "runtime", "codec", "discovery"})
@NullMarked
package io.quorate.membership;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
