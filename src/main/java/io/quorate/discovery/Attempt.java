package io.quorate.discovery;

import io.quorate.kernel.Endpoint;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One look at one source.
 *
 * @param source as {@link Discovery#shown} shows it: as it was given, without secrets
 * @param answers what DNS, the file or the platform said, word for word, 64 at most
 * @param addresses what that comes to; empty when there is an error
 * @param error absent when it went well
 * @param unresolved it failed because the source is a name and the name has no address
 * @param at by the wall clock: for people
 */
public record Attempt(
        String source,
        List<String> answers,
        List<Endpoint> addresses,
        @Nullable String error,
        boolean unresolved,
        Instant at) {
    public Attempt {
        answers = List.copyOf(answers);
        addresses = List.copyOf(addresses);
    }
}
