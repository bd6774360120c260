package io.quorate.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiscoveryTest {
    private final Map<String, List<String>> names = new ConcurrentHashMap<>();
    private final Map<String, List<Lookup.Service>> services = new ConcurrentHashMap<>();
    private final CountDownLatch never = new CountDownLatch(1);
    private final Discovery discovery = new Discovery(new Book(), () -> Instant.EPOCH, Duration.ofMillis(300));

    private final class Book implements Lookup {
        @Override
        public List<InetAddress> addresses(String name) throws UnknownHostException {
            if (name.equals("slow")) {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    throw new UnknownHostException("interrupted");
                }
            }
            List<String> found = names.get(name);
            if (found == null) {
                throw new UnknownHostException(name);
            }
            List<InetAddress> addresses = new java.util.ArrayList<>();
            for (String address : found) {
                addresses.add(InetAddress.getByName(address));
            }
            return addresses;
        }

        @Override
        public List<Service> services(String name) throws UnknownHostException {
            List<Service> found = services.get(name);
            if (found == null) {
                throw new UnknownHostException(name);
            }
            return found;
        }
    }

    @AfterEach
    void stop() {
        never.countDown();
        discovery.close();
    }

    private Attempt resolve(String source) throws Exception {
        return discovery.resolve(source, 8301).get(5, TimeUnit.SECONDS);
    }

    private static List<String> texts(Attempt attempt) {
        return attempt.addresses().stream().map(Object::toString).toList();
    }

    @Test
    void addressesAreTakenAsTheyAre() throws Exception {
        assertThat(texts(resolve("10.0.0.1"))).containsExactly("10.0.0.1:8301");
        assertThat(texts(resolve("10.0.0.1:99"))).containsExactly("10.0.0.1:99");
        assertThat(texts(resolve("[fd00::1]:99"))).containsExactly("[fd00::1]:99");
        assertThat(texts(resolve("[fd00::1]"))).containsExactly("[fd00::1]:8301");
        assertThat(texts(resolve("fd00::1"))).containsExactly("[fd00::1]:8301");
        assertThat(resolve("10.0.0.1").answers()).isEmpty();
    }

    @Test
    void aNameGivesAllItsAddressesAndIsAskedAnewEachTime() throws Exception {
        names.put("quorate.svc", List.of("10.0.0.1", "fd00::2"));
        Attempt first = resolve("quorate.svc:77");
        assertThat(texts(first)).containsExactly("10.0.0.1:77", "[fd00::2]:77");
        assertThat(first.answers()).containsExactly("quorate.svc 10.0.0.1", "quorate.svc fd00::2");
        names.put("quorate.svc", List.of("10.0.0.9"));
        assertThat(texts(resolve("quorate.svc:77"))).containsExactly("10.0.0.9:77");
    }

    @Test
    void serviceRecordsGiveHostsAndPorts() throws Exception {
        services.put("_gossip._udp.q", List.of(new Lookup.Service("a.q", 8001), new Lookup.Service("10.0.0.7", 8002)));
        names.put("a.q", List.of("10.0.0.1", "10.0.0.2"));
        Attempt attempt = resolve("dns+srv:_gossip._udp.q");
        assertThat(texts(attempt)).containsExactly("10.0.0.1:8001", "10.0.0.2:8001", "10.0.0.7:8002");
        assertThat(attempt.answers()).contains("SRV a.q:8001", "SRV 10.0.0.7:8002");
    }

    @Test
    void aFileIsReadAnewAndOneBadLineDoesNotHideTheGood(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("peers");
        Files.writeString(file, "# peers\n10.0.0.1\n\nnope nope\n10.0.0.2:99 # second\nunknown.name\n");
        Attempt attempt = resolve("file:" + file);
        assertThat(texts(attempt)).containsExactly("10.0.0.1:8301", "10.0.0.2:99");
        assertThat(attempt.error()).isNull();
        assertThat(attempt.answers()).contains("error: name not resolved: unknown.name");
        Files.writeString(file, "10.0.0.3\n");
        assertThat(texts(resolve("file:" + file))).containsExactly("10.0.0.3:8301");
        Files.writeString(file, "file:" + file + "\n");
        assertThat(resolve("file:" + file).error()).contains("another file");
        Files.delete(file);
        assertThat(resolve("file:" + file).error()).contains("cannot be read");
        assertThat(new ProcessBuilder("mkfifo", file.toString())
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
        assertThat(resolve("file:" + file).error()).as("a pipe").contains("is not a regular file");
    }

    @Test
    void whatGoesWrongIsInTheAttemptAndTheLastOfEachSourceIsKept() throws Exception {
        // Whoever shows it has the name beside it.
        assertThat(resolve("nobody.here").error()).isEqualTo("name not resolved");
        assertThat(resolve("slow").error()).isEqualTo("no answer in 0 s");
        names.put("nobody.here", List.of("10.0.0.1"));
        assertThat(resolve("nobody.here").error()).isNull();
        assertThat(discovery.attempts()).extracting(Attempt::source).containsExactly("slow", "nobody.here");
        for (int i = 0; i < 100; i++) {
            resolve("10.1.0." + i);
        }
        assertThat(discovery.attempts()).hasSize(64);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "10.0.0.1:",
                "10.0.0.1:0",
                "10.0.0.1:70000",
                "10.0.0.256",
                "10.0.0",
                "a b",
                "[10.0.0.1]:3",
                "[::1",
                "[zz::1]",
                "1:2:3",
                "file:",
                "dns+srv:",
                "http://x",
                "-x",
                "host/../x"
            })
    void whatCannotBeAnAddressIsRefusedWithoutAskingAnybody(String source) {
        assertThatThrownBy(() -> Discovery.check(source)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aProviderThatNobodyKnowsIsRefusedWithTheNamesOfThoseThatAreThere() {
        assertThatThrownBy(() -> Discovery.check("provider=moon tag_key=a tag_value=b"))
                .hasMessage("discovery by \"provider=moon\" is not supported; supported are k8s, aws, gce, azure");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1",
                "host",
                "host-1.example.com.",
                "host:8301",
                "[::1]:8301",
                "::1",
                "dns+srv:_q._udp.x",
                "file:/etc/peers",
                "quorate-0.quorate"
            })
    void whatCanBeAnAddressIsNot(String source) {
        Discovery.check(source);
        assertThat(source).isNotEmpty();
    }
}
