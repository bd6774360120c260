package io.quorate.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The virtual machine's own signal stays its own. */
class UserSignalTest {
    @TempDir
    Path root;

    private RaftCluster cluster = new RaftCluster(Path.of("unused"));

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void aProcessThatRunsRaftCanBeRecorded() throws Exception {
        cluster = new RaftCluster(root);
        cluster.found(1);
        assertThat(handler().getClass().getName()).doesNotContain("alipay");
    }

    /** Whoever hears SIGUSR2; to ask is to set another, so it is put back. */
    private static Object handler() throws ReflectiveOperationException {
        Class<?> signals = Class.forName("sun.misc.Signal");
        Class<?> handlers = Class.forName("sun.misc.SignalHandler");
        Method handle = signals.getMethod("handle", signals, handlers);
        Object signal = signals.getConstructor(String.class).newInstance("USR2");
        Object before = handle.invoke(null, signal, handlers.getField("SIG_IGN").get(null));
        handle.invoke(null, signal, before);
        return before;
    }
}
