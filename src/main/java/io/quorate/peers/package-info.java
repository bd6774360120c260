/** What the leader does about the peer set: adopt, promote, replace, remove, leave. */
@ApplicationModule(allowedDependencies = {"kernel", "runtime", "codec", "rpc", "membership", "consensus", "bootstrap"})
@NullMarked
package io.quorate.peers;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
