package io.quorate.consensus.jraft;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.closure.InternalClosure;
import com.alipay.sofa.jraft.rpc.RpcUtils;
import com.alipay.sofa.jraft.util.ThreadPoolsFactory;
import io.quorate.testing.Fault;
import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class RaftPoolsTest {
    private static final int TASKS = 10_000;

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @Fault(
            line = "A1a",
            fault = "Every thread of a group's pool hangs, and 10 000 closures are handed to it",
            seen = "None is refused, and each of them runs once the threads are free.")
    void aGroupsPoolRefusesNothingAndMayBeOpenedTwice() {
        String group = "q-" + UUID.randomUUID();
        RaftPools.open(group);
        RaftPools.open(group);
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch ran = new CountDownLatch(TASKS);

        for (int i = 0; i < TASKS; i++) {
            var unused = ThreadPoolsFactory.runInThread(group, () -> {
                await(gate);
                ran.countDown();
            });
        }

        gate.countDown();
        await(ran);
    }

    @Test
    void fourThreadsAreLeftWhenTwoNodesOfAGroupStopAndTwoCopySnapshots() {
        String group = "q-" + UUID.randomUUID();
        RaftPools.open(group);
        CountDownLatch together = new CountDownLatch(RaftPools.GROUP_THREADS);
        for (int i = 0; i < RaftPools.GROUP_THREADS; i++) {
            var unused = ThreadPoolsFactory.runInThread(group, () -> {
                together.countDown();
                await(together);
            });
        }
        await(together);
    }

    @Test
    @Fault(
            line = "A1a",
            fault = "Every thread of SOFAJRaft's own pools hangs, and more tasks come",
            seen = "They are counted and run in a pool of ours.")
    void whatAFixedPoolHasNoThreadForIsCountedAndRunElsewhere() {
        RaftPools.open("q-" + UUID.randomUUID());
        overflow(RaftPools.Fixed.RPC, task -> {
            var unused = RpcUtils.runInThread(task);
        });
        overflow(RaftPools.Fixed.INTERNAL, task -> {
            var unused = ThreadPoolsFactory.runClosureInThread("q-x", new Internal(task), Status.OK());
        });
    }

    private static void overflow(ThreadPoolExecutor pool, Consumer<Runnable> submit) {
        int threads = pool.getMaximumPoolSize();
        CountDownLatch taken = new CountDownLatch(threads);
        CountDownLatch gate = new CountDownLatch(1);
        for (int i = 0; i < threads; i++) {
            submit.accept(() -> {
                taken.countDown();
                await(gate);
            });
        }
        await(taken);
        long before = RaftPools.overflowed();
        CountDownLatch more = new CountDownLatch(100);

        for (int i = 0; i < 100; i++) {
            submit.accept(more::countDown);
        }

        await(more);
        assertThat(RaftPools.overflowed()).isEqualTo(before + 100);
        gate.countDown();
    }

    /** In a class loader of its own: those of this process may have been loaded by another test before they were sized. */
    @Test
    void theFixedPoolsHaveOurSizeInAFreshProcess() throws Exception {
        RaftPools.size();
        List<URL> path = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            path.add(new File(entry).toURI().toURL());
        }
        try (URLClassLoader fresh =
                new URLClassLoader(path.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
            assertThat(size(fresh, RpcUtils.class.getName(), "MIN_RPC_CLOSURE_EXECUTOR_POOL_SIZE"))
                    .isEqualTo(4);
            assertThat(size(fresh, RpcUtils.class.getName(), "MAX_RPC_CLOSURE_EXECUTOR_POOL_SIZE"))
                    .isEqualTo(RaftPools.CLOSURE_THREADS);
            String utils = com.alipay.sofa.jraft.util.Utils.class.getName();
            assertThat(size(fresh, utils, "MIN_INTERNAL_CLOSURE_EXECUTOR_POOL_SIZE"))
                    .isEqualTo(4);
            assertThat(size(fresh, utils, "MAX_INTERNAL_CLOSURE_EXECUTOR_POOL_SIZE"))
                    .isEqualTo(RaftPools.CLOSURE_THREADS);
        }
    }

    private static Object size(ClassLoader loader, String type, String constant) throws ReflectiveOperationException {
        return loader.loadClass(type).getField(constant).get(null);
    }

    private record Internal(Runnable task) implements InternalClosure {
        @Override
        public void run(Status status) {
            task.run();
        }
    }
}
