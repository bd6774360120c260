package io.quorate.rpc;

import com.alipay.remoting.rpc.exception.RpcServerException;
import com.alipay.remoting.serialization.Serializer;
import com.alipay.remoting.serialization.SerializerManager;
import java.nio.charset.StandardCharsets;

/**
 * Stands in every place of a generic serializer: nobody may choose which class we make of his bytes. Whatever is sent becomes one
 * inert exception that holds its text.
 *
 * <p>It must not throw instead: Bolt drops the callback of a call whose answer cannot be read, its error replies are generic
 * objects, and a raft replicator whose callback never comes stands still for ever. An agent answers so whenever a raft message
 * reaches its port before raft runs behind it.
 */
final class RefusingSerializer implements Serializer {
    /** Bolt's table has so many places; all are taken, so that none is filled later by a default. */
    private static final int PLACES = 5;

    private static final int MAX_TEXT = 1000;

    static void register() {
        RefusingSerializer refusing = new RefusingSerializer();
        for (int place = 0; place < PLACES; place++) {
            SerializerManager.addSerializer(place, refusing);
        }
    }

    /** Bolt's own error replies are objects without a serializer: they travel as text, which nobody reads back. */
    @Override
    public byte[] serialize(Object object) {
        return String.valueOf(object).getBytes(StandardCharsets.UTF_8);
    }

    /** @return always an {@link RpcServerException}, whatever the class is called; the caller's cast fails where it wanted more */
    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // Bolt's signature
    public <T> T deserialize(byte[] bytes, String className) {
        String text = className.equals(RpcServerException.class.getName())
                ? new String(bytes, 0, Math.min(bytes.length, MAX_TEXT), StandardCharsets.UTF_8)
                : "generic objects are refused: " + className;
        return (T) new RpcServerException(text);
    }
}
