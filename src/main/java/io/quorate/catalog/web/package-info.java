/** The catalog's routes in Consul's dialect. */
@NullMarked
package io.quorate.catalog.web;

import org.jspecify.annotations.NullMarked;
