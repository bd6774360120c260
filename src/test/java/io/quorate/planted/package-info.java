/** Faults that are planted in the code, to see that the tests notice them. */
@NullMarked
package io.quorate.planted;

import org.jspecify.annotations.NullMarked;
