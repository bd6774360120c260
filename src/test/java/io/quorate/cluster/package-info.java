/** Real agents, as processes from the jar: what a datacenter does as a whole, in health and under faults. */
@NullMarked
package io.quorate.cluster;

import org.jspecify.annotations.NullMarked;
