/** Events of users, spread by gossip: fired through the leader, filtered and kept by each agent for itself. */
@ApplicationModule(allowedDependencies = {"kernel", "runtime", "codec", "membership", "answer", "http"})
@NullMarked
package io.quorate.event;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
