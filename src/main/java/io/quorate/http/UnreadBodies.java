package io.quorate.http;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.apache.tomcat.util.net.ApplicationBufferHandler;

/**
 * Ends the connection of a request that was answered before its body was there. Tomcat would read the rest of it first, on a thread
 * that waits for each byte: some hundred clients that send a byte a second, to whatever path, were all that an agent served. What is
 * there already is read, so that a small body which nobody wanted costs its client no connection.
 */
final class UnreadBodies extends ValveBase {
    private static final int READ_AT_MOST = 64 * 1024;

    UnreadBodies() {
        super(true);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        try {
            getNext().invoke(request, response);
        } finally {
            // One that is answered later still owns its body; Spring's pass here again, the dialect's read it to its
            // end.
            if (!request.isAsyncStarted()) {
                letGo(request.getCoyoteRequest(), response);
            }
        }
    }

    private static void letGo(org.apache.coyote.Request request, Response response) throws IOException {
        long length = request.getContentLengthLong();
        if (length == 0 || (length < 0 && request.getHeader("Transfer-Encoding") == null) || isRead(request)) {
            return;
        }
        // A chunk's head may be half there, and reading on would wait for the rest of it.
        if (length > 0) {
            readWhatIsThere(request);
        }
        if (!isRead(request)) {
            if (!response.isCommitted()) {
                response.setHeader("Connection", "close");
            }
            request.action(ActionCode.DISABLE_SWALLOW_INPUT, null);
        }
    }

    private static boolean isRead(org.apache.coyote.Request request) {
        AtomicBoolean read = new AtomicBoolean();
        request.action(ActionCode.REQUEST_BODY_FULLY_READ, read);
        return read.get();
    }

    private static void readWhatIsThere(org.apache.coyote.Request request) throws IOException {
        Nowhere nowhere = new Nowhere();
        int left = READ_AT_MOST;
        while (left > 0 && !isRead(request)) {
            request.action(ActionCode.AVAILABLE, true);
            int count = request.getAvailable() > 0 ? request.doRead(nowhere) : 0;
            if (count <= 0) {
                return;
            }
            left -= count;
        }
    }

    private static final class Nowhere implements ApplicationBufferHandler {
        private ByteBuffer piece = ByteBuffer.allocate(0);

        @Override
        public void setByteBuffer(ByteBuffer buffer) {
            piece = buffer;
        }

        @Override
        public ByteBuffer getByteBuffer() {
            return piece;
        }

        @Override
        public void expand(int size) {
            // Whoever reads hands in a buffer of his own.
        }
    }
}
