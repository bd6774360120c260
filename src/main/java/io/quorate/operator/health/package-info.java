/** Health indicators and metrics. */
@NullMarked
package io.quorate.operator.health;

import org.jspecify.annotations.NullMarked;
