/** Consul's HTTP dialect: routes, error texts, headers. Translates, and knows no server and no leader. */
@ApplicationModule(allowedDependencies = {"kernel", "runtime", "answer"})
@NullMarked
package io.quorate.http;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
