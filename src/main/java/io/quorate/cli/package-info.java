/** The command line. */
@ApplicationModule(allowedDependencies = {"kernel", "agent"})
@NullMarked
package io.quorate.cli;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
