/**
 * The gossip protocol as pure state: what was heard, asked or has become due goes in, effects come out. Nothing here has a
 * thread, a socket, a clock or a source of chance of its own, so that the simulator runs the very same classes.
 */
@NullMarked
package io.quorate.membership.swim;

import org.jspecify.annotations.NullMarked;
