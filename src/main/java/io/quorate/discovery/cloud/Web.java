package io.quorate.discovery.cloud;

import io.quorate.kernel.Plain;
import io.quorate.runtime.Threads;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadPoolExecutor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * HTTP as these APIs need it: no redirects, bodies of 4 MiB at most, TLS always verified, every call interruptible. Clients are
 * made when first needed and kept: an agent that asks no platform pays nothing. Safe for any thread.
 */
final class Web implements AutoCloseable {
    /** Many times what a page of any of these APIs has, and little enough for the heap of a small agent. */
    static final int MAX_BODY = 4 << 20;

    private static final Duration CONNECT = Duration.ofSeconds(4);
    /** Metadata answers from the same machine or not at all: elsewhere the packets vanish. */
    private static final Duration CONNECT_METADATA = Duration.ofSeconds(1);

    private static final int THREADS = 4;
    private static final int WAITING = 256;

    private final ThreadPoolExecutor pool = Threads.pool("discovery-http", THREADS, WAITING);
    private @Nullable HttpClient world;
    private @Nullable HttpClient metadata;
    private final Map<String, Own> owned = new HashMap<>();

    private record Own(String authorities, HttpClient client) {}

    /** Whom a call trusts, and how patient it is. */
    sealed interface Via {
        <R> R match(Cases<R> cases);

        /** One method for each, so that no reader forgets one. */
        interface Cases<R> {
            R world(World via);

            R metadata(Metadata via);

            R authorities(Authorities via);
        }

        /** The JVM's certificate authorities, the JVM's proxy. */
        record World() implements Via {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.world(this);
            }
        }

        /** The platform's own address: no proxy, and it answers soon. */
        record Metadata() implements Via {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.metadata(this);
            }
        }

        /**
         * Only these certificate authorities, no proxy.
         *
         * @param name which file they are from
         * @param authorities PEM
         */
        record Authorities(String name, String authorities) implements Via {
            @Override
            public <R> R match(Cases<R> cases) {
                return cases.authorities(this);
            }
        }
    }

    record Reply(int status, HttpHeaders headers, String body) {
        boolean isGood() {
            return status / 100 == 2;
        }
    }

    /**
     * @param what who is asked, in words for an error
     * @throws CloudException when there was no answer, or one too long; any status is an answer
     */
    Reply send(String what, Via via, HttpRequest request) throws CloudException {
        try {
            HttpResponse<InputStream> answer =
                    client(via, what).send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                byte[] bytes = body.readNBytes(MAX_BODY + 1);
                if (bytes.length > MAX_BODY) {
                    throw new CloudException(what + " answered with more than " + MAX_BODY + " bytes");
                }
                return new Reply(answer.statusCode(), answer.headers(), new String(bytes, StandardCharsets.UTF_8));
            }
        } catch (CloudException e) {
            throw e;
        } catch (IOException e) {
            throw new CloudException(what + " at " + origin(request.uri()) + ": " + reason(e, via), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CloudException(what + " at " + origin(request.uri()) + ": no answer in time", e);
        }
    }

    private static String origin(URI uri) {
        return uri.getScheme() + "://" + uri.getRawAuthority();
    }

    private static String reason(IOException failure, Via via) {
        if (failure instanceof HttpConnectTimeoutException) {
            return "does not answer";
        } else if (failure instanceof HttpTimeoutException) {
            return "no answer in time";
        } else if (failure instanceof ConnectException) {
            return failure.getMessage() == null ? "name not resolved, or refused" : Plain.reason(failure);
        } else if (failure instanceof SSLException) {
            String trusted = via instanceof Via.Authorities own ? " (trusted is what " + own.name() + " holds)" : "";
            return "TLS: " + Plain.reason(failure) + trusted;
        }
        return Plain.reason(failure);
    }

    private synchronized HttpClient client(Via via, String what) throws CloudException {
        return via.match(new Clients(what)).client();
    }

    private interface Opening {
        HttpClient client() throws CloudException;
    }

    /** Made when first needed. */
    private final class Clients implements Via.Cases<Opening> {
        private final String what;

        Clients(String what) {
            this.what = what;
        }

        @Override
        public Opening world(Via.World via) {
            return () -> {
                HttpClient any = world;
                if (any == null) {
                    any = builder(CONNECT).build();
                    world = any;
                }
                return any;
            };
        }

        @Override
        public Opening metadata(Via.Metadata via) {
            return () -> {
                HttpClient direct = metadata;
                if (direct == null) {
                    direct = builder(CONNECT_METADATA)
                            .proxy(HttpClient.Builder.NO_PROXY)
                            .build();
                    metadata = direct;
                }
                return direct;
            };
        }

        @Override
        public Opening authorities(Via.Authorities own) {
            return () -> {
                Own known = owned.get(own.name());
                // The file changes when the platform renews its authority.
                if (known == null || !known.authorities().equals(own.authorities())) {
                    known = new Own(own.authorities(), trusting(own, what));
                    owned.put(own.name(), known);
                }
                return known.client();
            };
        }
    }

    private HttpClient.Builder builder(Duration connect) {
        // A redirect could carry a token to another host.
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(connect)
                .executor(pool);
    }

    private HttpClient trusting(Via.Authorities own, String what) throws CloudException {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (Certificate certificate : CertificateFactory.getInstance("X.509")
                    .generateCertificates(
                            new ByteArrayInputStream(own.authorities().getBytes(StandardCharsets.US_ASCII)))) {
                store.setCertificateEntry("authority-" + number++, certificate);
            }
            if (number == 0) {
                throw new CloudException(what + ": no certificate in " + own.name());
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, trust.getTrustManagers(), null);
            return builder(CONNECT)
                    .proxy(HttpClient.Builder.NO_PROXY)
                    .sslContext(tls)
                    .build();
        } catch (CloudException e) {
            throw e;
        } catch (GeneralSecurityException | IOException e) {
            throw new CloudException(what + ": no usable certificates in " + own.name() + ": " + Plain.reason(e), e);
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
