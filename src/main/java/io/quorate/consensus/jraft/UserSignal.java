package io.quorate.consensus.jraft;

import com.alipay.sofa.jraft.core.NodeImpl;
import java.lang.reflect.Method;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGUSR2 is the virtual machine's own: on Linux it stops a thread by it, for the flight recorder to look at. SOFAJRaft takes this signal
 * when its node's class is loaded, to write reports into the working directory. Then each sample of a recording, hundreds a second, writes
 * those reports, and the agent stands still for as long as it is recorded. So the handler of before is put back. By reflection: the JDK
 * offers signals in a class that compilers warn of.
 */
final class UserSignal {
    private static final Logger LOG = LoggerFactory.getLogger(UserSignal.class);
    private static final String NAME = "USR2";

    static {
        keep();
    }

    private UserSignal() {}

    /** Before a node is made. Does its work once. */
    static void keepFromLibrary() {
        // What is to be done is done when this class is loaded.
    }

    private static void keep() {
        try {
            Class<?> signals = Class.forName("sun.misc.Signal");
            Class<?> handlers = Class.forName("sun.misc.SignalHandler");
            Method handle = signals.getMethod("handle", signals, handlers);
            Object signal = signals.getConstructor(String.class).newInstance(NAME);
            // The only way to learn of a handler is to set another; nothing is recorded so early.
            Object before =
                    handle.invoke(null, signal, handlers.getField("SIG_IGN").get(null));
            try {
                Class.forName(NodeImpl.class.getName(), true, NodeImpl.class.getClassLoader());
            } finally {
                handle.invoke(null, signal, before);
            }
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            LOG.atDebug().setCause(e).log("SIGUSR2 is left to the raft library");
        }
    }
}
