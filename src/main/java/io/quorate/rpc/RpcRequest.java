package io.quorate.rpc;

/**
 * One call as it travels: its class name on the wire selects {@link MessageSerializer}, so it must not be renamed.
 *
 * @param method at most 255 bytes of ASCII
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, only handed on
record RpcRequest(String method, byte[] body) {}
