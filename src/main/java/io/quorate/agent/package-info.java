/** One process: settings, order of start and stop, wiring. */
@ApplicationModule(
        allowedDependencies = {
            "kernel",
            "codec",
            "runtime",
            "rpc",
            "store",
            "consensus",
            "discovery",
            "membership",
            "bootstrap",
            "peers",
            "answer",
            "http",
            "catalog",
            "health",
            "session",
            "event",
            "kv",
            "operator"
        })
@NullMarked
package io.quorate.agent;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
