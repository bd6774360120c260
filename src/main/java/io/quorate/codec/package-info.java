/** The one binary form of records: entries of the log, calls between agents, files, and bodies of gossip. */
@ApplicationModule(allowedDependencies = {"kernel"})
@NullMarked
package io.quorate.codec;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
