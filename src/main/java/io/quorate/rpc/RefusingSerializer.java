package io.quorate.rpc;

import com.alipay.remoting.exception.CodecException;
import com.alipay.remoting.serialization.Serializer;
import com.alipay.remoting.serialization.SerializerManager;
import java.nio.charset.StandardCharsets;

/** Stands in every place of a generic serializer: nobody may choose which class we make of his bytes. */
final class RefusingSerializer implements Serializer {
    /** Bolt's table has so many places; all are taken, so that none is filled later by a default. */
    private static final int PLACES = 5;

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

    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // Bolt's signature
    public <T> T deserialize(byte[] bytes, String className) throws CodecException {
        throw new CodecException("generic objects are refused: " + className);
    }
}
