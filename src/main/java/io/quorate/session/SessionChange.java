package io.quorate.session;

import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;

/** What a command comes to. */
sealed interface SessionChange {
    <R> R match(Cases<R> cases);

    /** One method for each, so that no reader forgets one. */
    interface Cases<R> {
        R refuse(Refuse change);

        R nothing(Nothing change);

        R begin(Begin change);

        R end(End change);

        R crown(Crown change);
    }

    /** A condition did not hold; nothing changes. */
    record Refuse(String text) implements SessionChange {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.refuse(this);
        }
    }

    /** It was so already. */
    record Nothing() implements SessionChange {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.nothing(this);
        }
    }

    /** @param ties ids of the checks that it hangs on, as they are registered */
    record Begin(SessionRow row, SortedSet<String> ties) implements SessionChange {
        public Begin {
            ties = new TreeSet<>(ties);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.begin(this);
        }
    }

    record End(SessionRow row) implements SessionChange {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.end(this);
        }
    }

    record Crown(UUID reign) implements SessionChange {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.crown(this);
        }
    }
}
