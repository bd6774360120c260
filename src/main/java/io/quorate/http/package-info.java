/** Consul's HTTP dialect: routes, forwarding, error texts, headers. */
@ApplicationModule(allowedDependencies = {"kernel", "runtime", "rpc", "consensus"})
@NullMarked
package io.quorate.http;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
