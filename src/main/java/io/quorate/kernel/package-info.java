/** Values that every other package speaks in: no Spring, no I/O, no time. */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package io.quorate.kernel;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
