package io.quorate.consensus.jraft;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.conf.ConfigurationManager;
import com.alipay.sofa.jraft.core.DefaultJRaftServiceFactory;
import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.LogId;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import io.quorate.Await;
import io.quorate.consensus.HeldFaults;
import io.quorate.runtime.Ticker;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableLogTest {
    @TempDir
    Path folder;

    private final HeldFaults faults = new HeldFaults();
    private DurableLog log = newLog();

    private DurableLog newLog() {
        RaftStorage.prepare();
        Path at = folder == null ? Path.of("unused") : folder.resolve("log");
        return new DurableLog(at, RaftStorage.options(0), faults, Ticker.system());
    }

    @BeforeEach
    void open() {
        log = newLog();
        LogStorageOptions options = new LogStorageOptions();
        options.setGroupId("test");
        options.setConfigurationManager(new ConfigurationManager());
        options.setLogEntryCodecFactory(new DefaultJRaftServiceFactory().createLogEntryCodecFactory());
        assertThat(log.init(options)).isTrue();
    }

    @AfterEach
    void close() {
        faults.heal();
        log.shutdown();
    }

    private void reopen() {
        log.shutdown();
        open();
    }

    private static LogEntry entry(long index) {
        LogEntry entry = new LogEntry(EntryType.ENTRY_TYPE_DATA);
        entry.setId(new LogId(index, 1));
        entry.setData(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        return entry;
    }

    private static List<LogEntry> entries(long from, long to) {
        return LongStream.rangeClosed(from, to).mapToObj(DurableLogTest::entry).toList();
    }

    @Test
    void itKnowsUpToWhichEntryItIsOnDisk() {
        assertThat(log.onDisk()).isZero();
        assertThat(log.appendEntries(entries(1, 3))).isEqualTo(3);
        assertThat(log.onDisk()).isEqualTo(3);
        assertThat(log.appendEntry(entry(4))).isTrue();
        assertThat(log.onDisk()).isEqualTo(4);
        assertThat(log.truncateSuffix(2)).isTrue();
        assertThat(log.onDisk()).isEqualTo(2);
        assertThat(log.truncatePrefix(2)).isTrue();
        assertThat(log.onDisk()).isEqualTo(2);
        reopen();
        assertThat(log.onDisk()).isEqualTo(2);
        assertThat(log.reset(9)).isTrue();
        assertThat(log.onDisk()).isEqualTo(8);
        assertThat(log.writes().underWayMs()).isEqualTo(-1);
        assertThat(log.writes().failure()).isNull();
    }

    @Test
    void aWriteThatHangsIsUnderWayAndOnDiskOnlyWhenItReturns() throws Exception {
        assertThat(log.appendEntries(entries(1, 1))).isEqualTo(1);
        faults.stall();
        CompletableFuture<Integer> appended = CompletableFuture.supplyAsync(() -> log.appendEntries(entries(2, 3)));
        Await.until(
                "it has taken a while",
                Duration.ofSeconds(20),
                () -> log.writes().underWayMs() >= 30);
        assertThat(log.onDisk()).isEqualTo(1);
        assertThat(log.getLastLogIndex()).isEqualTo(1);
        faults.heal();
        assertThat(appended.get(20, TimeUnit.SECONDS)).isEqualTo(2);
        assertThat(log.writes().underWayMs()).isEqualTo(-1);
        assertThat(log.onDisk()).isEqualTo(3);
    }

    @Test
    void aWriteThatFailsKeepsTheWordsOfTheSystem() {
        assertThat(log.appendEntries(entries(1, 1))).isEqualTo(1);
        faults.fail("No space left on device");
        assertThat(log.appendEntries(entries(2, 3))).isZero();
        assertThat(log.writes().failure()).isEqualTo("No space left on device");
        assertThat(log.onDisk()).isEqualTo(1);
        faults.fail("Input/output error");
        assertThat(log.truncateSuffix(0)).isFalse();
        assertThat(log.writes().failure()).isEqualTo("Input/output error");
        // What was to be cut off may be there or not: it does not count as stored.
        assertThat(log.onDisk()).isZero();
    }

    @Test
    void aTornLogHasLostItsNewestEntriesAtTheNextOpening() {
        assertThat(log.appendEntries(entries(1, 5))).isEqualTo(5);
        faults.tear(2);
        reopen();
        assertThat(log.getLastLogIndex()).isEqualTo(3);
        assertThat(log.onDisk()).isEqualTo(3);
        reopen();
        assertThat(log.getLastLogIndex()).isEqualTo(3);
    }
}
