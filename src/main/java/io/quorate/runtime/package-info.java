/** Threads, timers, clocks, chance and durable files: the only place that touches them. */
@ApplicationModule(allowedDependencies = {"kernel"})
@NullMarked
package io.quorate.runtime;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
