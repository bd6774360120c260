package io.quorate.rpc;

/** One answer as it travels: its class name on the wire selects {@link MessageSerializer}, so it must not be renamed. */
@SuppressWarnings("ArrayRecordComponent") // never compared, only handed on
record RpcResponse(boolean done, byte[] body) {}
