package io.quorate.discovery;

import io.quorate.discovery.cloud.CloudException;
import io.quorate.discovery.cloud.CloudSource;
import io.quorate.discovery.cloud.Clouds;
import io.quorate.discovery.cloud.Findings;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.IpText;
import io.quorate.kernel.Plain;
import io.quorate.runtime.Duty;
import io.quorate.runtime.Failures;
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
 * AAAA records), {@code dns+srv:name}, {@code file:path} (one of these a line, {@code #} begins a comment), and
 * {@code provider=…}, the machines or pods of a platform that carry a tag. Everything is asked and read anew each time, on at
 * most four threads of its own, for at most 5 s, or 10 s where a platform is asked. Safe for any thread.
 */
public final class Discovery implements AutoCloseable {
    private static final int THREADS = 4;
    private static final int WAITING = 256;
    private static final int MAX_ANSWERS = 64;
    private static final int MAX_ADDRESSES = 256;
    private static final int MAX_REMEMBERED = 64;
    private static final long MAX_FILE_BYTES = 256 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /** A platform is asked for credentials, a region and several pages, one after the other. */
    private static final Duration CLOUD_PATIENCE = Duration.ofSeconds(10);

    private final Lookup lookup;
    private final Clouds clouds;
    private final InstantSource wall;
    private final Duration patience;
    private final Duration cloudPatience;
    private final ThreadPoolExecutor pool = Threads.pool("discovery", THREADS, WAITING);
    private final ScheduledThreadPoolExecutor deadlines = Threads.timer("discovery-deadline");
    private final Map<String, Attempt> latest = new LinkedHashMap<>();

    public Discovery(InstantSource wall) {
        this(new SystemLookup(), new Clouds(System.getenv(), wall), wall, PATIENCE, CLOUD_PATIENCE);
    }

    /** @param patience how long one source may take in all */
    public Discovery(Lookup lookup, InstantSource wall, Duration patience) {
        this(lookup, new Clouds(System.getenv(), wall), wall, patience, patience);
    }

    /**
     * @param clouds closed with this
     * @param cloudPatience how long one source may take in all that asks a platform
     */
    Discovery(Lookup lookup, Clouds clouds, InstantSource wall, Duration patience, Duration cloudPatience) {
        this.lookup = lookup;
        this.clouds = clouds;
        this.wall = wall;
        this.patience = patience;
        this.cloudPatience = cloudPatience;
    }

    /**
     * Whether it can be a source at all; asks nobody.
     *
     * @throws IllegalArgumentException with one sentence when it cannot, or when it names a provider that is not supported, or
     *     lacks a key that its provider needs, or has one that its provider does not know
     */
    public static void check(String source) {
        Source.of(source, 1);
    }

    /** Whether a platform would be asked. */
    public static boolean isCloud(String source) {
        return CloudSource.looksLike(source.strip());
    }

    /**
     * The sources in a list with commas or white space between them. One with {@code provider=} in it goes on up to the next
     * text that can be a source.
     *
     * @throws IllegalArgumentException when it cannot be told whether a text belongs to a provider's value or is a name
     */
    public static List<String> split(String list) {
        return SourceList.split(list);
    }

    /** A source as it may be logged and shown: without secrets. Anything but a cloud's is as it was. */
    public static String shown(String source) {
        return isCloud(source) ? CloudSource.shown(source.strip()) : source;
    }

    /** Never completes exceptionally: what went wrong is in the attempt. Its source is as {@link #shown} shows it. */
    public CompletableFuture<Attempt> resolve(String source, int defaultPort) {
        CompletableFuture<Attempt> result = new CompletableFuture<>();
        Look look = new Look(source);
        Duration limit = isCloud(source) ? cloudPatience : patience;
        try {
            var running = pool.submit(() -> result.complete(look.safely(defaultPort)));
            var deadline = deadlines.schedule(
                    () -> {
                        String error = "no answer in " + limit.toSeconds() + " s";
                        if (result.complete(look.failed(error))) {
                            running.cancel(true);
                        }
                    },
                    limit.toMillis(),
                    TimeUnit.MILLISECONDS);
            return result.whenComplete((attempt, error) -> {
                deadline.cancel(false);
                remember(source, attempt);
            });
        } catch (RejectedExecutionException e) {
            Attempt attempt = look.failed("too many names are being looked up");
            remember(source, attempt);
            return CompletableFuture.completedFuture(attempt);
        }
    }

    /** The last attempt at each source, oldest first, 64 sources at most. */
    public List<Attempt> attempts() {
        synchronized (latest) {
            return List.copyOf(latest.values());
        }
    }

    private void remember(String source, Attempt attempt) {
        synchronized (latest) {
            latest.remove(source);
            latest.put(source, attempt);
            if (latest.size() > MAX_REMEMBERED) {
                latest.remove(latest.keySet().iterator().next());
            }
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
        deadlines.shutdownNow();
        clouds.close();
    }

    private interface Way {
        void go() throws IOException;
    }

    /** One look at one source; the answers so far are there for the deadline too. */
    private final class Look {
        private final String source;
        private final List<String> answers = new ArrayList<>();
        private final Set<Endpoint> addresses = new LinkedHashSet<>();

        private Look(String source) {
            this.source = source;
        }

        private Attempt safely(int defaultPort) {
            try {
                return at(defaultPort);
            } catch (RuntimeException | Error e) {
                // Whoever waits for it would otherwise wait for the deadline, and hear of that alone.
                Failures.heard(Duty.HELPFUL, "discovery", e);
                return failed("failed by an error of this agent: " + Plain.reason(e));
            }
        }

        private Attempt at(int defaultPort) {
            try {
                collect(Source.of(source, defaultPort), defaultPort, true);
                if (addresses.isEmpty()) {
                    return failed("no address in it");
                }
                return new Attempt(shown(source), answersSoFar(), List.copyOf(addresses), null, false, wall.instant());
            } catch (IllegalArgumentException e) {
                return failed(String.valueOf(e.getMessage()));
            } catch (UnknownHostException e) {
                // Whoever reads the failure has the source beside it.
                return failed(Plain.reasonBeside(Source.of(source, defaultPort).lookedUp(), e), true);
            } catch (CloudException e) {
                return failed(String.valueOf(e.getMessage()));
            } catch (IOException e) {
                return failed("cannot be read: " + Plain.reason(e));
            }
        }

        private Attempt failed(String error) {
            return failed(error, false);
        }

        private Attempt failed(String error, boolean unresolved) {
            return new Attempt(shown(source), answersSoFar(), List.of(), error, unresolved, wall.instant());
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
            from.match(new Ways(defaultPort, filesToo)).go();
        }

        /** How each source is asked. */
        private final class Ways implements Source.Cases<Way> {
            private final int defaultPort;
            private final boolean filesToo;

            /** @param filesToo false in a file: it names addresses alone */
            Ways(int defaultPort, boolean filesToo) {
                this.defaultPort = defaultPort;
                this.filesToo = filesToo;
            }

            @Override
            public Way host(Source.Host host) {
                return () -> Look.this.host(host);
            }

            @Override
            public Way srv(Source.Srv srv) {
                return () -> {
                    for (Lookup.Service service : lookup.services(srv.name())) {
                        answer("SRV " + service.target() + ":" + service.port());
                        Look.this.host(new Source.Host(service.target(), service.port()));
                    }
                };
            }

            @Override
            public Way file(Source.File file) {
                return filesToo ? () -> Look.this.file(Path.of(file.path()), defaultPort) : notInFiles();
            }

            @Override
            public Way cloud(Source.Cloud cloud) {
                return filesToo
                        ? () -> clouds.ask(cloud.source(), new Findings() {
                            @Override
                            public void note(String text) {
                                answer(text);
                            }

                            @Override
                            public void address(String address, int port) {
                                literal(address, port == 0 ? defaultPort : port);
                            }
                        })
                        : notInFiles();
            }

            private Way notInFiles() {
                throw new IllegalArgumentException("a file cannot name another file or a provider");
            }
        }

        /** What a platform calls an address is never looked up as a name. */
        private void literal(String address, int port) {
            Source.Host host = new Source.Host(address, port);
            if (!host.isAddress()) {
                answer("no address: " + address);
                return;
            }
            try {
                add(new Endpoint(host.address(), port));
            } catch (UnknownHostException e) {
                answer("no address: " + address);
            }
        }

        private void host(Source.Host host) throws UnknownHostException {
            if (host.isAddress()) {
                add(new Endpoint(host.address(), host.port()));
                return;
            }
            for (InetAddress address : lookup.addresses(host.host())) {
                answer(host.host() + " " + IpText.of(address));
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
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                throw new IOException(path + " is not a regular file");
            }
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
                answer(shown(entry));
                try {
                    collect(Source.of(entry, defaultPort), defaultPort, false);
                } catch (IllegalArgumentException | UnknownHostException e) {
                    trouble = Plain.reason(e);
                    answer("error: " + trouble);
                }
            }
            if (addresses.isEmpty() && trouble != null) {
                throw new IOException(trouble);
            }
        }
    }
}
