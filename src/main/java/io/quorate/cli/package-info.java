/** The command line. Nothing here starts Spring or writes a log line; {@code runtime} is for elapsed time and secure chance. */
@ApplicationModule(allowedDependencies = {"kernel", "runtime", "agent"})
@NullMarked
package io.quorate.cli;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
