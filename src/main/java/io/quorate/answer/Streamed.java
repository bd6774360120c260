package io.quorate.answer;

/**
 * An answer whose body is read as a stream.
 *
 * @param index of what the answer depends on; -1 for what does not come from the replicated state
 * @param body closed by whoever it is handed to
 */
public record Streamed<A>(A value, long index, Source body) {}
