/** What people ask: join, peers, info, members, why, health and metrics. */
@ApplicationModule(
        allowedDependencies = {
            "kernel",
            "runtime",
            "codec",
            "rpc",
            "discovery",
            "membership",
            "store",
            "consensus",
            "bootstrap",
            "peers",
            "answer",
            "http"
        })
@NullMarked
package io.quorate.operator;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
