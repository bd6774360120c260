package io.quorate.http;

import java.util.concurrent.CompletionStage;

/**
 * Answers one request. Called on a thread that may wait for a disk, not for the network. Errors, thrown or in the stage:
 * {@link BadRequestException}, {@link RefusedException}, and those of {@link io.quorate.consensus.CommandLog}.
 */
@FunctionalInterface
public interface Handler {
    CompletionStage<Reply> handle(Request request);
}
