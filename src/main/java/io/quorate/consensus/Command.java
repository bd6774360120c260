package io.quorate.consensus;

/** An entry of the replicated log. One sealed family of records per feature extends this; see {@link CommandFamily}. */
public interface Command {}
