/** What the catalog's checks say of nodes and services: reads of its rows, and no state of its own. */
@ApplicationModule(allowedDependencies = {"kernel", "codec", "store", "answer", "http", "catalog"})
@NullMarked
package io.quorate.health;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
