package io.quorate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kernel.ClusterId;
import io.quorate.kernel.ClusterRef;
import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import io.quorate.kernel.NodeName;
import io.quorate.kernel.ServerId;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which words prove what about a charter. */
class ProofsTest {
    private static final Datacenter DC = new Datacenter("dc1");
    private static final Charter CHARTER = new Charter(
            new ClusterId(new UUID(1, 1)),
            DC,
            List.of(new Founder(id(1), new NodeName("n1")), new Founder(id(2), new NodeName("n2"))));

    private static final ClusterRef ELSEWHERE = ClusterRef.founded(new ClusterId(new UUID(1, 3)));

    @Test
    void onlyAFounderCanSayThatTheCharterIsDeadOrStarted() {
        assertThat(Proofs.NONE
                        .with(CHARTER, word(id(9), FoundingState.MEMBER, null, CHARTER.id()))
                        .dead())
                .isFalse();
        assertThat(Proofs.NONE
                        .with(CHARTER, word(id(2), FoundingState.MEMBER, null, CHARTER.id()))
                        .dead())
                .isTrue();
        assertThat(Proofs.NONE.with(CHARTER, member(id(9))).started()).isFalse();
        assertThat(Proofs.NONE.with(CHARTER, member(id(2))).started()).isTrue();
    }

    private static Word member(ServerId id) {
        return new Word(
                id,
                new NodeName("n2"),
                DC,
                new Expect(2),
                1,
                FoundingState.MEMBER,
                null,
                CHARTER.cluster(),
                false,
                null,
                null);
    }

    @Test
    void whatAFounderSaysOfTheCharterIsKept() {
        assertThat(Proofs.NONE
                        .with(CHARTER, word(id(2), FoundingState.PLEDGED, CHARTER, null))
                        .pledged())
                .containsExactly(id(2));
        assertThat(Proofs.NONE
                        .with(CHARTER, word(id(2), FoundingState.WITHDRAWN, CHARTER, null))
                        .withdrawn())
                .containsExactly(id(2));
    }

    private static Word word(ServerId id, FoundingState kind, @Nullable Charter charter, @Nullable ClusterId dead) {
        return new Word(
                id,
                new NodeName("n2"),
                DC,
                new Expect(2),
                1,
                kind,
                charter,
                kind == FoundingState.MEMBER ? ELSEWHERE : null,
                false,
                null,
                dead);
    }

    private static ServerId id(int n) {
        return new ServerId(new UUID(0, n));
    }
}
