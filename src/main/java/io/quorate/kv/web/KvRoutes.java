package io.quorate.kv.web;

import io.quorate.answer.Answer;
import io.quorate.answer.Asking;
import io.quorate.answer.Terms;
import io.quorate.consensus.CommandFamily;
import io.quorate.http.BadRequestException;
import io.quorate.http.Json;
import io.quorate.http.JsonForm;
import io.quorate.http.Query;
import io.quorate.http.RefusedException;
import io.quorate.http.Reply;
import io.quorate.http.Request;
import io.quorate.http.RouteSource;
import io.quorate.http.Routes;
import io.quorate.kv.KvCommand;
import io.quorate.kv.KvEntry;
import io.quorate.kv.KvOperations;
import io.quorate.kv.Value;
import io.quorate.session.SessionId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/**
 * Keys and values.
 *
 * @see <a href="https://developer.hashicorp.com/consul/api-docs/kv">Consul's KV API</a>
 */
public final class KvRoutes implements RouteSource {
    private static final JsonForm<CommandFamily.Result> DONE =
            new JsonForm<>((result, json) -> json.writeBoolean(result.done()));
    private static final JsonForm<List<String>> NAMES = new JsonForm<>((names, json) -> Json.value(json, names));
    private static final JsonForm<Long> NUMBER = new JsonForm<>((number, json) -> json.writeNumber(number));

    /** What is larger is written as it goes out, and never made whole. */
    private static final int KEPT_BYTES = 64 * 1024;

    private final Asking asking;

    public KvRoutes(Asking asking) {
        this.asking = asking;
    }

    @Override
    public void addTo(Routes routes) {
        routes.at("/v1/kv/")
                .asks("GET", KvOperations.GET, this::get)
                .asks("PUT", KvOperations.APPLY, this::put)
                .asks("DELETE", KvOperations.APPLY, this::delete);
    }

    private CompletionStage<Reply> get(Request request) {
        Terms terms = request.terms();
        Query query = request.query();
        if (query.has("changed-since")) {
            return since(request, terms);
        }
        if (query.has("keys")) {
            return keys(request, terms);
        }
        if (query.has("recurse")) {
            return list(request, terms);
        }
        return asking.ask(KvOperations.GET, new KvOperations.Key(key(request)), terms)
                .thenApply(answer -> found(answer, request).withIndexOf(answer));
    }

    private static Reply found(Answer<KvOperations.Found> answer, Request request) {
        KvEntry entry = answer.value().entry();
        if (entry == null) {
            return Reply.empty(404);
        }
        if (request.query().has("raw")) {
            return Reply.bytes("text/plain", entry.value().bytes())
                    .with("X-Content-Type-Options", "nosniff")
                    .with("Content-Security-Policy", "sandbox");
        }
        EntryForms forms = forms(request);
        return entry.value().length() > KEPT_BYTES
                ? Reply.json(json -> forms.writeAll(List.of(entry), json))
                : Reply.valueOf(answer, forms.found, request.isPretty());
    }

    private CompletionStage<Reply> list(Request request, Terms terms) {
        EntryForms forms = forms(request);
        Query query = request.query();
        KvOperations.Entries question =
                new KvOperations.Entries(prefix(request), checked(query.first("after")), number(query, "limit", 0));
        return asking.ask(KvOperations.LIST, question, terms).thenApply(answer -> {
            List<KvEntry> entries = answer.value();
            Reply reply = entries.isEmpty()
                    ? Reply.empty(404)
                    : isSmall(entries)
                            ? Reply.valueOf(answer, forms.list, request.isPretty())
                            : Reply.json(json -> forms.writeAll(entries, json));
            return reply.withIndexOf(answer);
        });
    }

    private static boolean isSmall(List<KvEntry> entries) {
        long bytes = 0;
        for (KvEntry entry : entries) {
            bytes += entry.value().length();
        }
        return bytes <= KEPT_BYTES;
    }

    private CompletionStage<Reply> keys(Request request, Terms terms) {
        Query query = request.query();
        String prefix = prefix(request);
        // Misspelt in the first versions of Consul, and read ever since.
        String separator = checked(query.has("separator") ? query.first("separator") : query.first("seperator"));
        int depth = number(query, "depth", 1);
        if (query.has("count")) {
            return asking.ask(KvOperations.COUNT, new KvOperations.Count(prefix, separator, depth), terms)
                    .thenApply(answer ->
                            Reply.valueOf(answer, NUMBER, request.isPretty()).withIndexOf(answer));
        }
        KvOperations.Keys question = new KvOperations.Keys(
                prefix, separator, depth, checked(query.first("after")), number(query, "limit", 0));
        return asking.ask(KvOperations.KEYS, question, terms)
                .thenApply(answer -> (answer.value().isEmpty() && !prefix.isEmpty()
                                ? Reply.empty(404)
                                : Reply.valueOf(answer, NAMES, request.isPretty()))
                        .withIndexOf(answer));
    }

    private CompletionStage<Reply> since(Request request, Terms terms) {
        long index = GoUnsigned.parse(request.query().first("changed-since"));
        EntryForms forms = forms(request);
        // No index of ours is above the signed half.
        long since = index < 0 ? Long.MAX_VALUE : index;
        return asking.ask(KvOperations.SINCE, new KvOperations.Since(prefix(request), since), terms)
                .thenApply(answer -> changes(answer, forms, request).withIndexOf(answer));
    }

    private static Reply changes(Answer<KvOperations.Changes> answer, EntryForms forms, Request request) {
        long forgotten = answer.value().forgotten();
        return forgotten > 0
                ? Reply.text(
                        410,
                        "deletions up to index " + forgotten
                                + " are forgotten: read all that is there, and go on from the index of that answer")
                : Reply.valueOf(answer, forms.changes, request.isPretty());
    }

    private static EntryForms forms(Request request) {
        return request.query().has("times") ? EntryForms.TIMED : EntryForms.PLAIN;
    }

    private CompletionStage<Reply> put(Request request) {
        Terms terms = request.terms();
        Query query = request.query();
        String key = key(request);
        refuseConflicts(query, "cas", "acquire", "release");
        long flags = query.has("flags") ? GoUnsigned.parse(query.first("flags")) : 0;
        long expected = query.has("cas") ? GoUnsigned.parse(query.first("cas")) : 0;
        int length = request.body().length;
        if (length > Value.MAX_BYTES) {
            return CompletableFuture.completedFuture(Reply.text(
                            413,
                            "Request body(" + length + " bytes) too large, max size: " + Value.MAX_BYTES
                                    + " bytes. See https://www.consul.io/docs/agent/options.html#kv_max_value_size.")
                    .with("Connection", "close"));
        }
        Value value = new Value(request.body());
        KvCommand command;
        if (query.has("cas")) {
            command = new KvCommand.CheckAndSet(key, value, flags, expected);
        } else if (query.has("acquire")) {
            UUID session = sessionToHold(query.first("acquire"));
            command = new KvCommand.Lock(key, value, flags, session);
        } else if (query.has("release")) {
            Optional<UUID> session = sessionThatMayHold(query.first("release"));
            if (session.isEmpty()) {
                return CompletableFuture.completedFuture(Reply.json(json -> json.writeBoolean(false)));
            }
            command = new KvCommand.Unlock(key, value, flags, session.get());
        } else {
            command = new KvCommand.Put(key, value, flags);
        }
        return apply(command, terms, request);
    }

    private CompletionStage<Reply> delete(Request request) {
        Terms terms = request.terms();
        Query query = request.query();
        refuseConflicts(query, "recurse", "cas");
        if (query.has("recurse")) {
            return apply(new KvCommand.DeleteTree(prefix(request)), terms, request);
        }
        String key = key(request);
        return apply(
                query.has("cas")
                        ? new KvCommand.CheckAndDelete(key, GoUnsigned.parse(query.first("cas")))
                        : new KvCommand.Delete(key),
                terms,
                request);
    }

    private CompletionStage<Reply> apply(KvCommand command, Terms terms, Request request) {
        return asking.ask(KvOperations.APPLY, command, terms).thenApply(answer -> {
            CommandFamily.Result result = answer.value();
            if (!result.done() && !result.text().isEmpty()) {
                throw new RefusedException(result.text());
            }
            return Reply.valueOf(answer, DONE, request.isPretty());
        });
    }

    private static UUID sessionToHold(String id) {
        refuseNone(id);
        try {
            return SessionId.parse(id).orElseThrow(() -> new RefusedException("invalid session \"" + id + "\""));
        } catch (IllegalArgumentException e) {
            throw new RefusedException("failed session lookup: index error: " + e.getMessage());
        }
    }

    /** Empty for what no session can be called. */
    private static Optional<UUID> sessionThatMayHold(String id) {
        refuseNone(id);
        try {
            return SessionId.parse(id);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static void refuseNone(String id) {
        if (id.isEmpty()) {
            throw new RefusedException("missing session");
        }
    }

    private static String key(Request request) {
        String key = prefix(request);
        if (key.isEmpty()) {
            throw new BadRequestException("Missing key name");
        }
        return key;
    }

    private static String prefix(Request request) {
        return checked(request.rest());
    }

    private static String checked(String key) {
        if (key.length() > KvCommand.MAX_KEY) {
            throw new BadRequestException(
                    "Key name has " + key.length() + " characters, at most " + KvCommand.MAX_KEY + " are allowed");
        }
        return key;
    }

    private static int number(Query query, String name, int absent) {
        String text = query.first(name);
        if (text.isEmpty()) {
            return absent;
        }
        try {
            int number = Integer.parseInt(text);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new BadRequestException("Invalid " + name);
        }
        throw new BadRequestException("Invalid " + name);
    }

    private static void refuseConflicts(Query query, String... names) {
        if (Stream.of(names).filter(query::has).count() > 1) {
            throw new BadRequestException("Conflicting flags: " + query.encoded());
        }
    }
}
