/** Sessions: what locks hang on, and when it ends. */
@ApplicationModule(
        allowedDependencies = {"kernel", "runtime", "codec", "consensus", "store", "answer", "http", "catalog"})
@NullMarked
package io.quorate.session;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
