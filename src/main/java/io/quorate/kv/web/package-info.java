/** Keys and values in Consul's dialect. */
@NullMarked
package io.quorate.kv.web;

import org.jspecify.annotations.NullMarked;
