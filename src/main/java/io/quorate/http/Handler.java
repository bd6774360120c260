package io.quorate.http;

import java.util.concurrent.CompletionStage;

/**
 * Translates one request: path, query and body into an operation's question, its answer into a reply. Called on a thread of the
 * container's, must not wait for the network. Errors, thrown or in the stage: {@link BadRequestException}, {@link RefusedException},
 * {@link io.quorate.answer.AskException}.
 */
@FunctionalInterface
public interface Handler {
    CompletionStage<Reply> handle(Request request);
}
