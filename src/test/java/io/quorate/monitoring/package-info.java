/** Alerts, dashboard and their pages: that they name what agents really expose, and fire when they should. */
@NullMarked
package io.quorate.monitoring;

import org.jspecify.annotations.NullMarked;
