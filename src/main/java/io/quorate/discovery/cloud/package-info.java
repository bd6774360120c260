/** Asking the APIs of platforms which machines or pods carry a tag: their documented REST calls, spoken without their SDKs. */
@NullMarked
package io.quorate.discovery.cloud;

import org.jspecify.annotations.NullMarked;
