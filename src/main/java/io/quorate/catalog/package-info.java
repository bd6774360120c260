/** Nodes, the services they offer, and the checks of both, as last committed. */
@ApplicationModule(allowedDependencies = {"kernel", "codec", "consensus", "store", "answer", "http"})
@NullMarked
package io.quorate.catalog;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
