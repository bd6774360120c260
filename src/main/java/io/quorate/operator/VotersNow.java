package io.quorate.operator;

import io.quorate.bootstrap.Why;
import io.quorate.kernel.ReasonCode;
import io.quorate.kernel.ServerId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which voters of a cluster can take part in it now, and what keeps each of the others from it: by their own word where there is
 * one, for a process that answers may still be one whose disk has failed.
 */
final class VotersNow {
    private final ShownServers servers;
    private final ServerWords words;
    private final List<String> hindrances = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();
    private final List<String> absent = new ArrayList<>();
    private final List<String> unreachable = new ArrayList<>();
    private final int voters;
    private int able;

    /**
     * @param cluster as {@link ServerWord#cluster()}: whoever says that it belongs to another one does not count
     * @param isHere of a server that has not been asked, or could not be: whether it counts all the same
     * @param portMatters whether a server port that this agent does not reach keeps its server from taking part
     */
    VotersNow(
            Collection<ServerId> ids,
            String cluster,
            ShownServers servers,
            ServerWords words,
            Predicate<ServerId> isHere,
            boolean portMatters) {
        this.servers = servers;
        this.words = words;
        this.voters = ids.size();
        for (ServerId id : ids) {
            count(id, cluster, isHere, portMatters);
        }
    }

    private void count(ServerId id, String cluster, Predicate<ServerId> isHere, boolean portMatters) {
        String name = servers.name(id).orElse("server " + id);
        Optional<ServerWord> word = words.word(id);
        Optional<String> silence = words.silence(id);
        if (word.isPresent()) {
            String inability = word.get().inability();
            String of = word.get().cluster();
            if (inability != null) {
                hindrances.add(name + " says " + inability);
                broken.add(name + " (" + word.get().nextStep() + ")");
            } else if (of != null && !of.equals(cluster)) {
                hindrances.add(name + " belongs to cluster " + of);
                broken.add(name + " (it belongs to another cluster)");
            } else {
                able++;
            }
        } else if (silence.isPresent() && portMatters && !words.isOutOfReach(id)) {
            hindrances.add(
                    name + " does not answer at its server port " + servers.address(id) + " (" + silence.get() + ")");
            absent.add(name);
        } else if (silence.isPresent() && portMatters) {
            hindrances.add(name + " is alive in gossip but does not answer at its server port " + servers.address(id)
                    + " (" + silence.get() + ")");
            unreachable.add(name + " at " + servers.address(id));
        } else if (isHere.test(id)) {
            able++;
        } else {
            hindrances.add(name + " is silent");
            absent.add(name);
        }
    }

    private int quorum() {
        return voters / 2 + 1;
    }

    boolean hasQuorum() {
        return able >= quorum();
    }

    /** Only to be asked for without a quorum. */
    Why lost(ReasonCode code, List<Why.Evidence> evidence) {
        return new Why(
                code,
                able + " of " + voters + " voters can take part, " + quorum() + " are needed: "
                        + String.join("; ", hindrances),
                nextStep(),
                evidence);
    }

    private String nextStep() {
        List<String> steps = new ArrayList<>();
        if (!broken.isEmpty()) {
            steps.add("repair " + String.join(" and ", broken));
        }
        if (!unreachable.isEmpty()) {
            steps.add("let TCP through to " + String.join(" and ", unreachable));
        }
        if (!absent.isEmpty()) {
            boolean one = absent.size() == 1;
            steps.add("start " + String.join(" and ", absent) + " again with " + (one ? "its" : "their") + " data; if "
                    + (one ? "it runs" : "they run") + ", mend the network between here and there");
        }
        return String.join("; ", steps);
    }
}
