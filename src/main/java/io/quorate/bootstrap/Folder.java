package io.quorate.bootstrap;

import io.quorate.kernel.ClusterRef;
import org.jspecify.annotations.Nullable;

/**
 * What was found in place of the raft directory.
 *
 * @param cluster absent when its label cannot be read
 * @param token absent when its label cannot be read
 */
public record Folder(
        boolean exists,
        @Nullable ClusterRef cluster,
        @Nullable String token,
        boolean empty) {
    public static final Folder NONE = new Folder(false, null, null, true);

    /** For people: what is wrong with it as the directory of that member; absent when nothing is. */
    @Nullable
    String damage(Standing.Member member) {
        if (!exists) {
            return "the raft directory is missing";
        } else if (token == null) {
            return "raft/label is missing or cannot be read";
        } else if (!member.token().equals(token)) {
            return "raft/label names another directory than the founding record";
        }
        return member.led() && empty ? "the raft log is empty" : null;
    }
}
