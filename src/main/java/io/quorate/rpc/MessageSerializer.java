package io.quorate.rpc;

import com.alipay.remoting.CustomSerializerManager;
import com.alipay.remoting.DefaultCustomSerializer;
import com.alipay.remoting.InvokeContext;
import com.alipay.remoting.exception.DeserializationException;
import com.alipay.remoting.exception.SerializationException;
import com.alipay.remoting.rpc.RequestCommand;
import com.alipay.remoting.rpc.ResponseCommand;
import com.alipay.remoting.rpc.protocol.RpcRequestCommand;
import com.alipay.remoting.rpc.protocol.RpcResponseCommand;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The only format of our two message classes: a few bytes of head, then the body as it is. */
final class MessageSerializer extends DefaultCustomSerializer {
    private static final int MAX_METHOD = 255;

    private MessageSerializer() {}

    /** Idempotent. Without it Bolt would take the generic serializer, which refuses everything. */
    static void register() {
        for (Class<?> type : new Class<?>[] {RpcRequest.class, RpcResponse.class}) {
            if (CustomSerializerManager.getCustomSerializer(type.getName()) == null) {
                CustomSerializerManager.registerCustomSerializer(type.getName(), new MessageSerializer());
            }
        }
    }

    @Override
    public <T extends RequestCommand> boolean serializeContent(T command, InvokeContext context)
            throws SerializationException {
        RpcRequest request = (RpcRequest) ((RpcRequestCommand) command).getRequestObject();
        byte[] method = request.method().getBytes(StandardCharsets.US_ASCII);
        if (method.length > MAX_METHOD) {
            throw new SerializationException("method name too long: " + request.method());
        }
        byte[] content = new byte[1 + method.length + request.body().length];
        content[0] = (byte) method.length;
        System.arraycopy(method, 0, content, 1, method.length);
        System.arraycopy(request.body(), 0, content, 1 + method.length, request.body().length);
        command.setContent(content);
        return true;
    }

    @Override
    public <T extends RequestCommand> boolean deserializeContent(T command) throws DeserializationException {
        byte[] content = command.getContent();
        if (content == null || content.length == 0) {
            throw new DeserializationException("empty request");
        }
        int bodyAt = 1 + (content[0] & 0xFF);
        if (bodyAt > content.length) {
            throw new DeserializationException("method name is cut off");
        }
        ((RpcRequestCommand) command)
                .setRequestObject(new RpcRequest(
                        new String(content, 1, bodyAt - 1, StandardCharsets.US_ASCII),
                        Arrays.copyOfRange(content, bodyAt, content.length)));
        return true;
    }

    @Override
    public <T extends ResponseCommand> boolean serializeContent(T command) throws SerializationException {
        RpcResponse response = (RpcResponse) ((RpcResponseCommand) command).getResponseObject();
        byte[] content = new byte[1 + response.body().length];
        content[0] = response.outcome();
        System.arraycopy(response.body(), 0, content, 1, response.body().length);
        command.setContent(content);
        return true;
    }

    @Override
    public <T extends ResponseCommand> boolean deserializeContent(T command, InvokeContext context)
            throws DeserializationException {
        byte[] content = command.getContent();
        if (content == null || content.length == 0) {
            throw new DeserializationException("empty response");
        }
        ((RpcResponseCommand) command)
                .setResponseObject(new RpcResponse(content[0], Arrays.copyOfRange(content, 1, content.length)));
        return true;
    }
}
