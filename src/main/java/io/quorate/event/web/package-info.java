/** The routes of events in Consul's dialect. */
@NullMarked
package io.quorate.event.web;

import org.jspecify.annotations.NullMarked;
