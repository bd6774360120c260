/** The replicated state in H2: schema, the apply transaction, reading, snapshot files. */
@ApplicationModule(allowedDependencies = {"kernel", "runtime", "codec"})
@NullMarked
package io.quorate.store;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
