package io.quorate.rpc;

/**
 * One answer as it travels: its class name on the wire selects {@link MessageSerializer}, so it must not be renamed.
 *
 * @param outcome what the body is: the answer, or why there is none, as text
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, only handed on
record RpcResponse(byte outcome, byte[] body) {
    static final byte DONE = 0;
    static final byte FAILED = 1;
    static final byte BUSY = 2;
}
