package io.quorate.session.web;

import io.quorate.http.BadRequestException;
import io.quorate.http.GoDuration;
import io.quorate.http.JsonInput;
import io.quorate.http.RefusedException;
import io.quorate.session.Session;
import io.quorate.session.SessionOperations;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of a session to be made, as Consul 1.8.7 reads it: what is not known is left out, an absent field has its default, and null
 * is no default in the lists of checks. Where Consul stores nonsense (a lock delay that is negative, or no duration) it is refused here.
 */
final class SessionBody {
    private static final String UNDECODED = "Request decode failed: ";
    private static final byte[] NOTHING = {'{', '}'};

    private static final Duration USUAL_LOCK_DELAY = Duration.ofSeconds(15);
    /** Of nanoseconds: what is below was meant as seconds. */
    private static final int SECONDS_BELOW = 1000;

    private static final List<String> USUAL_CHECKS = List.of("serfHealth");

    private static final int MAX_CHECKS = 128;
    private static final int MAX_NAME = 1024;
    private static final int MAX_TEXT = 16 * 1024;
    private static final int MAX_TTL = 128;

    private final JsonInput input;

    private SessionBody(JsonInput input) {
        this.input = input;
    }

    /**
     * @param self whose session it is when none is named
     * @throws BadRequestException when it cannot be read, or is out of bounds
     * @throws RefusedException when its values make no sense
     */
    static SessionOperations.Wanted read(byte[] body, String self) {
        return new SessionBody(JsonInput.object(body.length == 0 ? NOTHING : body, UNDECODED)).wanted(self);
    }

    private SessionOperations.Wanted wanted(String self) {
        String node = input.has("Node") ? input.text("Node") : self;
        String name = bounded("Name", input.text("Name"), MAX_TEXT);
        Duration lockDelay = lockDelay();
        String behavior = input.text("Behavior");
        String ttl = bounded("TTL", input.text("TTL"), MAX_TTL);
        List<String> nodeChecks = nodeChecks();
        List<Session.ServiceCheck> serviceChecks = serviceChecks();
        if (node.isEmpty()) {
            throw new RefusedException("Must provide Node");
        }
        return new SessionOperations.Wanted(
                name,
                bounded("Node", node, MAX_NAME),
                lockDelay,
                meant(behavior),
                ttl,
                life(ttl),
                nodeChecks,
                serviceChecks);
    }

    private Duration lockDelay() {
        Duration given = input.duration("LockDelay").orElse(USUAL_LOCK_DELAY);
        if (given.isNegative()) {
            throw new BadRequestException(UNDECODED + "LockDelay cannot be negative");
        }
        long nanos = given.toNanos();
        return nanos < SECONDS_BELOW ? Duration.ofSeconds(nanos) : given;
    }

    /** The old form, {@code Checks}, counts where the new one says nothing of its own. */
    private @Nullable List<String> nodeChecks() {
        boolean none = input.isNull("NodeChecks");
        List<String> named = input.has("NodeChecks") ? names("NodeChecks") : USUAL_CHECKS;
        boolean old = input.has("Checks") || input.isNull("Checks");
        List<String> ofOld = names("Checks");
        if (none) {
            return null;
        }
        return old && named.equals(USUAL_CHECKS) ? ofOld : named;
    }

    private List<String> names(String field) {
        List<String> names = input.texts(field);
        names.forEach(name -> bounded(field, name, MAX_NAME));
        return bounded(field, names);
    }

    private @Nullable List<Session.ServiceCheck> serviceChecks() {
        if (!input.has("ServiceChecks")) {
            return null;
        }
        List<Session.ServiceCheck> checks = input.objects("ServiceChecks").stream()
                .map(check -> new Session.ServiceCheck(
                        bounded("ServiceChecks", check.text("ID"), MAX_NAME),
                        bounded("ServiceChecks", check.text("Namespace"), MAX_NAME)))
                .toList();
        return bounded("ServiceChecks", checks);
    }

    private static Session.Behavior meant(String behavior) {
        if (behavior.isEmpty()) {
            return Session.Behavior.RELEASE;
        }
        for (Session.Behavior each : Session.Behavior.values()) {
            if (each.word().equals(behavior)) {
                return each;
            }
        }
        throw new RefusedException("Invalid Behavior setting '" + behavior + "'");
    }

    /** Whether it is in bounds is the leader's to say, whose setting it is. */
    private static Duration life(String ttl) {
        if (ttl.isEmpty()) {
            return Duration.ZERO;
        }
        return GoDuration.parse(ttl)
                .orElseThrow(() -> new RefusedException(
                        "Session TTL '" + ttl + "' invalid: time: invalid duration \"" + ttl + '"'));
    }

    private static <T> List<T> bounded(String field, List<T> list) {
        if (list.size() > MAX_CHECKS) {
            throw new BadRequestException(field + " has " + list.size() + " entries, at most " + MAX_CHECKS + " fit");
        }
        return list;
    }

    private static String bounded(String field, String text, int most) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > most) {
            throw new BadRequestException(field + " has " + bytes + " bytes, at most " + most + " fit");
        }
        return text;
    }
}
