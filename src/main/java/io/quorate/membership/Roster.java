package io.quorate.membership;

import io.quorate.kernel.NodeName;
import java.util.List;
import java.util.Optional;

/**
 * Everybody known, frozen at one moment and sorted by name; includes oneself.
 *
 * @param self always present and alive until this agent leaves
 */
public record Roster(Member self, List<Member> members) {
    public Roster {
        members = List.copyOf(members);
    }

    public Optional<Member> find(NodeName name) {
        return members.stream().filter(m -> m.name().equals(name)).findFirst();
    }
}
