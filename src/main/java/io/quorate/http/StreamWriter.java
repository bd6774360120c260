package io.quorate.http;

import io.quorate.answer.Body;
import io.quorate.kernel.Plain;
import io.quorate.runtime.Duty;
import io.quorate.runtime.Failures;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.coyote.CloseNowException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes a streamed answer on as it comes. The next piece is asked for when the client has taken the one before, so that its pace
 * reaches back to whoever gives the answer. A client that takes nothing is ended by the container after its own bound; how many may
 * do so at once, the givers bound. Written by threads of the container, one after the other.
 */
final class StreamWriter {
    private static final Logger LOG = LoggerFactory.getLogger(StreamWriter.class);
    private static final String BROKEN = StreamWriter.class.getName() + ".broken";

    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final Body body;
    private final AsyncContext later;
    private final Runnable counted;

    /** @param counted told once, when nothing more is written */
    StreamWriter(
            HttpServletRequest request, HttpServletResponse response, Body body, AsyncContext later, Runnable counted) {
        this.request = request;
        this.response = response;
        this.body = body;
        this.later = later;
        this.counted = counted;
    }

    /** After status and headers are set. */
    void start() {
        // Whoever gives the answer bounds how long it takes.
        later.setTimeout(0);
        next();
    }

    private void next() {
        Failures.whenDone(body.next(), Duty.HELPFUL, "streamed answer over HTTP", (piece, failure) -> {
            try {
                later.start(() -> take(piece, failure));
            } catch (RuntimeException | Error e) {
                over();
                later.complete();
                throw e;
            }
        });
    }

    private void take(byte @Nullable [] piece, @Nullable Throwable failure) {
        if (failure != null) {
            breakOff(Plain.reason(failure));
        } else if (piece == null) {
            over();
            later.complete();
        } else {
            write(piece);
        }
    }

    private void write(byte[] piece) {
        try {
            response.getOutputStream().write(piece);
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("the client went away before the end of its answer");
            over();
            later.complete();
            return;
        } catch (RuntimeException | Error e) {
            breakOff(Plain.reason(e));
            throw e;
        }
        next();
    }

    private void breakOff(String why) {
        LOG.atWarn().addKeyValue("reason", why).log("a streamed answer broke off");
        if (!response.isCommitted()) {
            refuse(why);
        }
        over();
        if (response.isCommitted()) {
            // Ended in order, what came so far would count as whole: only a thread that the container itself sends can
            // cut the
            // connection.
            request.setAttribute(BROKEN, why);
            later.dispatch();
        } else {
            later.complete();
        }
    }

    /** Nothing of it has gone out. */
    private void refuse(String why) {
        response.reset();
        response.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
        response.setContentType(Reply.TEXT);
        try {
            response.getOutputStream().write(why.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("the client went away before its answer");
        }
    }

    private void over() {
        body.close();
        counted.run();
    }

    /** Thrown where the container brings a request back: it closes the connection without a word. */
    static IOException brokenOff(HttpServletRequest request) {
        return new CloseNowException(String.valueOf(request.getAttribute(BROKEN)));
    }
}
