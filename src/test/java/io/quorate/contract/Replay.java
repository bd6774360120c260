package io.quorate.contract;

import io.quorate.cluster.Patience;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Asks our agents what was recorded, one exchange after the other, and notes what came of each. */
final class Replay {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(\\w+)\\}");
    private static final Pattern EARLIER_BYTES = Pattern.compile("\\(the bytes that (.*) answered\\)");
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    /** Long enough for a blocking query to be held; if it were not, it would be answered all the same. */
    private static final Executor A_MOMENT_LATER = CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS);

    private final Meant meant;
    private final Tally tally;
    private final Unrecorded unrecorded = new Unrecorded();
    private final Map<String, String> captured = new ConcurrentHashMap<>();
    private final Map<String, byte[]> binary = new ConcurrentHashMap<>();

    Replay(Meant meant, Tally tally) {
        this.meant = meant;
        this.tally = tally;
    }

    /** A request that needs a value which no earlier answer had. */
    private static final class Uncaptured extends RuntimeException {
        private static final long serialVersionUID = 1;

        Uncaptured(String name) {
            super("it needs ${" + name + "}, which no earlier answer had");
        }
    }

    /** In this order. @return what failed, empty when nothing did */
    List<String> all(List<Exchange> exchanges, Cast cast) {
        List<String> failures = new ArrayList<>();
        exchanges.forEach(exchange -> judge(exchange, differences(exchange, cast), failures));
        return failures;
    }

    /** All at once. */
    List<String> sideBySide(List<Exchange> exchanges, Cast cast) {
        Map<Exchange, CompletableFuture<List<String>>> asked = new LinkedHashMap<>();
        for (Exchange exchange : exchanges) {
            CompletableFuture<List<String>> answer = new CompletableFuture<>();
            Thread asking = new Thread(() -> answer.complete(differences(exchange, cast)), exchange.id());
            asking.setDaemon(true);
            asking.start();
            asked.put(exchange, answer);
        }
        List<String> failures = new ArrayList<>();
        asked.forEach((exchange, answer) -> judge(exchange, answer.join(), failures));
        return failures;
    }

    private void judge(Exchange exchange, List<String> differences, List<String> failures) {
        Meant.Line line = meant.of(exchange);
        if (differences.isEmpty() && line != null && !line.isWide()) {
            meant.isNeeded(line);
            tally.add(exchange, Tally.Outcome.FAILED);
            failures.add(exchange + "\n    answers as recorded: take its line out of meant.txt");
        } else if (differences.isEmpty()) {
            tally.add(exchange, Tally.Outcome.PASSED);
        } else if (line != null) {
            meant.isNeeded(line);
            tally.meant(exchange, line);
        } else {
            tally.add(exchange, Tally.Outcome.FAILED);
            failures.add(exchange + "\n    " + String.join("\n    ", differences));
        }
    }

    private List<String> differences(Exchange exchange, Cast cast) {
        try {
            unrecorded.before(exchange).forEach(aside -> aside(aside, cast));
            readIndex(exchange, cast);
            List<String> first = once(exchange, cast);
            // What is meant to differ is not waited for.
            return first.isEmpty() || !unrecorded.isPatient(exchange) || meant.of(exchange) != null
                    ? first
                    : again(exchange, cast);
        } catch (UncheckedIOException | Uncaptured | JacksonException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }

    private List<String> again(Exchange exchange, Cast cast) {
        List<String> last = new ArrayList<>();
        try {
            Patience.until(exchange.toString(), PATIENCE, () -> {
                last.clear();
                last.addAll(once(exchange, cast));
                if (!last.isEmpty()) {
                    throw new AssertionError(last.toString());
                }
            });
        } catch (AssertionError late) {
            last.add(0, "for " + PATIENCE.toSeconds() + " s");
        }
        return last;
    }

    private List<String> once(Exchange exchange, Cast cast) {
        Unrecorded.Aside aside = unrecorded.during(exchange);
        CompletableFuture<?> meanwhile = aside == null
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.runAsync(() -> aside(aside, cast), A_MOMENT_LATER);
        Answered answered = ask(exchange, cast);
        meanwhile.join();
        capture(exchange, answered);
        return Comparison.differences(exchange, answered, cast, meant);
    }

    private Answered ask(Exchange exchange, Cast cast) {
        Matcher earlier =
                EARLIER_BYTES.matcher(exchange.recorded().path("body_base64").asString(""));
        byte[] body = earlier.matches()
                ? binary.getOrDefault(earlier.group(1), new byte[0])
                : exchange.recorded().has("body_base64") ? exchange.body() : ours(exchange.body(), cast);
        Answered answered = Answered.to(
                exchange.method(),
                cast.agent(exchange).place().httpAddress(),
                cast.toOurs(filled(exchange.path())),
                exchange.headers(),
                body,
                exchange.isStream());
        if (exchange.isBinary()) {
            binary.put(exchange.id(), answered.body());
        }
        return answered;
    }

    private byte[] ours(byte[] body, Cast cast) {
        String text = new String(body, StandardCharsets.UTF_8);
        return cast.toOurs(filled(text)).getBytes(StandardCharsets.UTF_8);
    }

    private void aside(Unrecorded.Aside aside, Cast cast) {
        Answered.to(
                aside.method(),
                cast.agent(aside.to()).place().httpAddress(),
                aside.path(),
                Map.of(),
                aside.body().getBytes(StandardCharsets.UTF_8),
                false);
    }

    private void readIndex(Exchange exchange, Cast cast) {
        Unrecorded.Index index = unrecorded.index(exchange);
        if (index != null) {
            Answered answered = Answered.to(
                    "GET", cast.agent("client").place().httpAddress(), index.path(), Map.of(), new byte[0], false);
            String value = answered.headers().get("X-Consul-Index");
            if (value != null) {
                captured.put(index.name(), value);
            }
        }
    }

    private void capture(Exchange exchange, Answered answered) {
        exchange.captures().forEach((name, path) -> {
            try {
                JsonNode value = Exchange.JSON.readTree(answered.body());
                for (String step : path.split("\\.", -1)) {
                    value = step.matches("\\d+") ? value.path(Integer.parseInt(step)) : value.path(step);
                }
                if (!value.isMissingNode()) {
                    captured.put(name, value.asString(""));
                }
            } catch (JacksonException e) {
                // An error's text: what needs the value will say that it is not there.
                captured.remove(name);
            }
        });
    }

    private String filled(String text) {
        return PLACEHOLDER.matcher(text).replaceAll(found -> {
            String value = captured.get(found.group(1));
            if (value == null) {
                throw new Uncaptured(found.group(1));
            }
            return Matcher.quoteReplacement(value);
        });
    }
}
