/** The log on SOFAJRaft, which nothing else knows. */
@NullMarked
package io.quorate.consensus.jraft;

import org.jspecify.annotations.NullMarked;
