/** The container image, built and run for real as far as a machine without a container engine can. */
@NullMarked
package io.quorate.image;

import org.jspecify.annotations.NullMarked;
