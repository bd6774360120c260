/** Carries out what the founding rules decide: the record on disk, questions over the server port, starting and stopping raft. */
@NullMarked
package io.quorate.bootstrap.driver;

import org.jspecify.annotations.NullMarked;
