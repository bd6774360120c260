/** Nodes and their checks, as last committed. */
@ApplicationModule(allowedDependencies = {"kernel", "codec", "consensus", "store", "answer", "http"})
@NullMarked
package io.quorate.catalog;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
