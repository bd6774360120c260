/** Controllers of our own endpoints, and the agent's routes in Consul's dialect. */
@NullMarked
package io.quorate.operator.web;

import org.jspecify.annotations.NullMarked;
