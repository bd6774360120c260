/** The routes of health in Consul's dialect. */
@NullMarked
package io.quorate.health.web;

import org.jspecify.annotations.NullMarked;
