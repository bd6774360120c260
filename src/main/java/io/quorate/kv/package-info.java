/** Keys and values, as last committed: writes, locks, reads of a key and of all that begins with a prefix. */
@ApplicationModule(
        allowedDependencies = {"kernel", "runtime", "codec", "consensus", "store", "answer", "http", "session"})
@NullMarked
package io.quorate.kv;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
