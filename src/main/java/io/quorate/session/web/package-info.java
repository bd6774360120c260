/** The sessions' routes in Consul's dialect. */
@NullMarked
package io.quorate.session.web;

import org.jspecify.annotations.NullMarked;
