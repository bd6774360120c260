/** Where to look for members: given lists, DNS, files. */
@ApplicationModule(allowedDependencies = {"kernel", "runtime"})
@NullMarked
package io.quorate.discovery;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
