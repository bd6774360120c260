package io.quorate.consensus.jraft;

import io.quorate.kernel.ServerId;
import io.quorate.rpc.AddressBook;
import io.quorate.rpc.RpcCaller;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Asks the server that a request names as its sender whether it sent it: at the address that the book has for it, so that who merely
 * claims its id has no part in the answer. Safe for any thread, never blocks.
 */
final class Confirmations {
    /** Name of the method at the RPC port. */
    static final String METHOD = "raft-standing";

    /** Questions without an answer yet: one per server and term, so that many can only come of forged requests. */
    private static final int MAX_ASKED = 64;

    private static final int MAX_KEPT = 64;
    private static final byte YES = 1;
    private static final byte NO = 0;

    private final AddressBook book;
    private final RpcCaller caller;
    private final Duration within;
    private final Map<Key, CompletableFuture<Boolean>> asked = new ConcurrentHashMap<>();
    /** Who stood in a term did so for ever. */
    private final Set<Key> confirmed = Collections.newSetFromMap(Collections.synchronizedMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Boolean> eldest) {
            return size() > MAX_KEPT;
        }
    }));

    private record Key(ServerId sender, Standing.Question question) {}

    /** @param within after which a question counts as not confirmed */
    Confirmations(AddressBook book, RpcCaller caller, Duration within) {
        this.book = book;
        this.caller = caller;
        this.within = within;
    }

    static byte[] answer(boolean confirms) {
        return new byte[] {confirms ? YES : NO};
    }

    boolean isConfirmed(ServerId sender, Standing.Question question) {
        return confirmed.contains(new Key(sender, question));
    }

    /** False also when it cannot be asked, or does not answer in time. */
    CompletableFuture<Boolean> ask(ServerId sender, Standing.Question question) {
        Key key = new Key(sender, question);
        if (asked.size() >= MAX_ASKED) {
            return CompletableFuture.completedFuture(false);
        }
        CompletableFuture<Boolean> fresh = new CompletableFuture<>();
        CompletableFuture<Boolean> before = asked.putIfAbsent(key, fresh);
        if (before != null) {
            return before;
        }
        send(key, fresh);
        return fresh;
    }

    private void send(Key key, CompletableFuture<Boolean> result) {
        CompletableFuture<byte[]> answer = book.find(key.sender())
                .map(to -> caller.call(to, METHOD, key.question().encode(), within))
                .orElseGet(() -> CompletableFuture.completedFuture(answer(false)));
        CompletableFuture<?> unused = answer.whenComplete((bytes, failure) -> {
            boolean yes = failure == null && bytes.length == 1 && bytes[0] == YES;
            if (yes && key.question().kind() != Claim.Kind.STAND) {
                confirmed.add(key);
            }
            asked.remove(key, result);
            result.complete(yes);
        });
    }
}
