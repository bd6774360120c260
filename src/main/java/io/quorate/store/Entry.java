package io.quorate.store;

/** A committed entry of the log. */
@SuppressWarnings("ArrayRecordComponent") // never compared, only handed on
public record Entry(long index, long term, byte[] data) {}
