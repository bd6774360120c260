/** Exchanges that were recorded with a real Consul, replayed against a real cluster of ours. */
@NullMarked
package io.quorate.contract;

import org.jspecify.annotations.NullMarked;
