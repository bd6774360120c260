package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.rpc.RpcUtils;
import com.alipay.sofa.jraft.util.ThreadPoolsFactory;
import io.quorate.runtime.Duty;
import io.quorate.runtime.Threads;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.LongAdder;

/**
 * SOFAJRaft's thread pools in this process. As shipped they have no queue: a task that finds every thread taken is thrown back at
 * whoever brought it, inside SOFAJRaft's own queues, and whoever waits for it waits for ever. A leader whose disk stalls under
 * load gets there within a second. So no pool here ever refuses a task:
 *
 * <ul>
 *   <li>each group has a pool of ours, with a queue. The queue has no bound of its own: what can stand in it is bounded by
 *       {@link InFlight} and by the few tasks that a node has besides;
 *   <li>the two pools that cannot be replaced, for answers of peers and for closures of raft itself, get their size by system
 *       properties, and what they refuse is counted and done by a pool of ours.
 * </ul>
 */
final class RaftPools {
    /** A node's {@code join} takes one until the node has ended, the copy of a snapshot another; four are then left for answers. */
    static final int GROUP_THREADS = 8;

    static final int CLOSURE_THREADS = 256;

    private static final int CLOSURE_CORE = 4;
    private static final int OVERFLOW_THREADS = 4;
    private static final int OVERFLOW_WAITING = 1 << 16;
    private static final LongAdder OVERFLOWED = new LongAdder();
    private static final ConcurrentHashMap<String, ThreadPoolExecutor> GROUPS = new ConcurrentHashMap<>();

    private RaftPools() {}

    /** Before any class of SOFAJRaft is loaded: it reads these once. What somebody has set already stays. */
    static void size() {
        for (String pool : List.of("jraft.rpc.closure", "jraft.internal.closure")) {
            setIfAbsent(pool + ".threadpool.size.min", CLOSURE_CORE);
            setIfAbsent(pool + ".threadpool.size.max", CLOSURE_THREADS);
        }
    }

    private static void setIfAbsent(String property, int value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, Integer.toString(value));
        }
    }

    /** Before a node of that group starts, as often as one does: SOFAJRaft takes a pool for a group only once in a process. */
    static void open(String group) {
        Fixed.watch();
        GROUPS.computeIfAbsent(group, name -> {
            ThreadPoolExecutor pool = Threads.submitted(Duty.VITAL, "raft-closure", GROUP_THREADS, Integer.MAX_VALUE);
            ThreadPoolsFactory.registerThreadPool(name, pool);
            return pool;
        });
    }

    /** Tasks for which a pool of SOFAJRaft's had no thread, since the start of the process. */
    static long overflowed() {
        return OVERFLOWED.sum();
    }

    /** The pools that SOFAJRaft makes for itself, found when this class is loaded: after their sizes are set. */
    static final class Fixed {
        static final ThreadPoolExecutor RPC = find(RpcUtils.class.getName(), "RPC_CLOSURE_EXECUTOR");
        static final ThreadPoolExecutor INTERNAL =
                find(ThreadPoolsFactory.class.getName() + "$InternalClosureExecutorHolder", "INSTANCE");

        private Fixed() {}

        /** Loads this class. */
        static void watch() {}

        /*
         * They are private statics without an accessor, and a refusal shows nowhere: it is thrown inside a ring's handler, which
         * logs it. The pool's own handler is the one place that sees each of them, so the field is read once. A version of
         * SOFAJRaft without it fails the first start, and the build.
         */
        private static ThreadPoolExecutor find(String holder, String name) {
            ThreadPoolExecutor pool;
            try {
                Field field = Class.forName(holder, true, ThreadPoolsFactory.class.getClassLoader())
                        .getDeclaredField(name);
                field.setAccessible(true);
                pool = (ThreadPoolExecutor) Objects.requireNonNull(field.get(null), name);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("this version of SOFAJRaft has no pool " + holder + "." + name, e);
            }
            ThreadPoolExecutor overflow =
                    Threads.submitted(Duty.VITAL, "raft-overflow", OVERFLOW_THREADS, OVERFLOW_WAITING);
            pool.setRejectedExecutionHandler((task, full) -> {
                OVERFLOWED.increment();
                overflow.execute(task);
            });
            return pool;
        }
    }
}
