package io.quorate.discovery;

import io.quorate.kernel.Endpoint;
import io.quorate.runtime.Threads;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Turns what an operator wrote into addresses: {@code address}, {@code host:port}, {@code [v6]:port}, a DNS name (all its A and
 * AAAA records), {@code dns+srv:name}, {@code file:path} (one of these a line, {@code #} begins a comment). Everything is asked
 * and read anew each time, on at most four threads of its own and for at most 5 s. Safe for any thread.
 */
public final class Discovery implements AutoCloseable {
    private static final int THREADS = 4;
    private static final int WAITING = 256;
    private static final int MAX_ANSWERS = 64;
    private static final int MAX_ADDRESSES = 256;
    private static final int MAX_REMEMBERED = 64;
    private static final long MAX_FILE_BYTES = 256 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Lookup lookup;
    private final InstantSource wall;
    private final Duration patience;
    private final ThreadPoolExecutor pool = Threads.pool("discovery", THREADS, WAITING);
    private final ScheduledThreadPoolExecutor deadlines =
            new ScheduledThreadPoolExecutor(1, Threads.named("discovery-deadline"));
    private final Map<String, Attempt> latest = new LinkedHashMap<>();

    public Discovery(InstantSource wall) {
        this(new SystemLookup(), wall, PATIENCE);
    }

    /** @param patience how long one source may take in all */
    public Discovery(Lookup lookup, InstantSource wall, Duration patience) {
        this.lookup = lookup;
        this.wall = wall;
        this.patience = patience;
        deadlines.setRemoveOnCancelPolicy(true);
    }

    /**
     * Whether it can be a source at all; asks nobody.
     *
     * @throws IllegalArgumentException with one sentence when it cannot, or when it names a provider that is not supported
     */
    public static void check(String source) {
        Source.of(source, 1);
    }

    /** Never completes exceptionally: what went wrong is in the attempt. */
    public CompletableFuture<Attempt> resolve(String source, int defaultPort) {
        CompletableFuture<Attempt> result = new CompletableFuture<>();
        Look look = new Look(source);
        try {
            var running = pool.submit(() -> result.complete(look.at(defaultPort)));
            var deadline = deadlines.schedule(
                    () -> {
                        String error = "no answer in " + patience.toSeconds() + " s";
                        if (result.complete(look.failed(error))) {
                            running.cancel(true);
                        }
                    },
                    patience.toMillis(),
                    TimeUnit.MILLISECONDS);
            return result.whenComplete((attempt, error) -> {
                deadline.cancel(false);
                remember(attempt);
            });
        } catch (RejectedExecutionException e) {
            Attempt attempt = look.failed("too many names are being looked up");
            remember(attempt);
            return CompletableFuture.completedFuture(attempt);
        }
    }

    /** The last attempt at each source, oldest first, 64 sources at most. */
    public List<Attempt> attempts() {
        synchronized (latest) {
            return List.copyOf(latest.values());
        }
    }

    private void remember(Attempt attempt) {
        synchronized (latest) {
            latest.remove(attempt.source());
            latest.put(attempt.source(), attempt);
            if (latest.size() > MAX_REMEMBERED) {
                latest.remove(latest.keySet().iterator().next());
            }
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
        deadlines.shutdownNow();
    }

    /** One look at one source; the answers so far are there for the deadline too. */
    private final class Look {
        private final String source;
        private final List<String> answers = new ArrayList<>();
        private final Set<Endpoint> addresses = new LinkedHashSet<>();

        private Look(String source) {
            this.source = source;
        }

        private Attempt at(int defaultPort) {
            try {
                collect(Source.of(source, defaultPort), defaultPort, true);
                if (addresses.isEmpty()) {
                    return failed("no address in it");
                }
                return new Attempt(source, answersSoFar(), List.copyOf(addresses), null, wall.instant());
            } catch (IllegalArgumentException e) {
                return failed(String.valueOf(e.getMessage()));
            } catch (UnknownHostException e) {
                return failed("name not resolved: " + e.getMessage());
            } catch (IOException e) {
                return failed("cannot be read: " + e.getMessage());
            }
        }

        private Attempt failed(String error) {
            return new Attempt(source, answersSoFar(), List.of(), error, wall.instant());
        }

        private List<String> answersSoFar() {
            synchronized (answers) {
                return List.copyOf(answers);
            }
        }

        private void answer(String text) {
            synchronized (answers) {
                if (answers.size() < MAX_ANSWERS) {
                    answers.add(text);
                }
            }
        }

        private void collect(Source from, int defaultPort, boolean filesToo) throws IOException {
            if (from instanceof Source.Host host) {
                host(host);
            } else if (from instanceof Source.Srv srv) {
                for (Lookup.Service service : lookup.services(srv.name())) {
                    answer("SRV " + service.target() + ":" + service.port());
                    host(new Source.Host(service.target(), service.port()));
                }
            } else if (from instanceof Source.File file && filesToo) {
                file(Path.of(file.path()), defaultPort);
            } else {
                throw new IllegalArgumentException("a file cannot name another file");
            }
        }

        private void host(Source.Host host) throws UnknownHostException {
            if (host.isAddress()) {
                add(new Endpoint(host.address(), host.port()));
                return;
            }
            for (InetAddress address : lookup.addresses(host.host())) {
                answer(host.host() + " " + address.getHostAddress());
                add(new Endpoint(address, host.port()));
            }
        }

        private void add(Endpoint address) {
            if (addresses.size() < MAX_ADDRESSES) {
                addresses.add(address);
            }
        }

        /** One bad line must not hide the good ones: it fails the whole only when nothing else was found. */
        private void file(Path path, int defaultPort) throws IOException {
            if (Files.size(path) > MAX_FILE_BYTES) {
                throw new IOException(path + " has more than " + MAX_FILE_BYTES + " bytes");
            }
            String trouble = null;
            for (String line :
                    Files.readString(path, StandardCharsets.UTF_8).lines().toList()) {
                int comment = line.indexOf('#');
                String entry = (comment < 0 ? line : line.substring(0, comment)).strip();
                if (entry.isEmpty()) {
                    continue;
                }
                answer(entry);
                try {
                    collect(Source.of(entry, defaultPort), defaultPort, false);
                } catch (IllegalArgumentException | UnknownHostException e) {
                    answer("error: " + e.getMessage());
                    trouble = e.getMessage();
                }
            }
            if (addresses.isEmpty() && trouble != null) {
                throw new IOException(trouble);
            }
        }
    }
}
