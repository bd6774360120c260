/** Sockets, wire format, sealing and files of the gossip protocol. */
@NullMarked
package io.quorate.membership.net;

import org.jspecify.annotations.NullMarked;
