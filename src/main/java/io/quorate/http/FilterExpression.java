package io.quorate.http;

import java.util.List;

/** A filter as it was read: nothing is known yet of the rows that it is for. */
sealed interface FilterExpression {
    <R> R match(Cases<R> cases);

    /** One method for each kind of expression. */
    interface Cases<R> {
        R or(Or expression);

        R and(And expression);

        R not(Not expression);

        R match(Match expression);
    }

    /** At least one of them. */
    record Or(List<FilterExpression> any) implements FilterExpression {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.or(this);
        }
    }

    record And(List<FilterExpression> all) implements FilterExpression {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.and(this);
        }
    }

    record Not(FilterExpression negated) implements FilterExpression {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.not(this);
        }
    }

    /** @param value empty where the operator has none */
    record Match(List<String> selector, Operator operator, String value) implements FilterExpression {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.match(this);
        }

        /** As Consul names it in its messages. */
        String name() {
            return String.join(".", selector);
        }
    }

    /** How a field is compared. What contains a value is the same as what the value is in. */
    enum Operator {
        EQUAL("Equal"),
        NOT_EQUAL("Not Equal"),
        IN("In"),
        NOT_IN("Not In"),
        IS_EMPTY("Is Empty"),
        IS_NOT_EMPTY("Is Not Empty"),
        MATCHES("Matches"),
        NOT_MATCHES("Not Matches");

        private final String words;

        Operator(String words) {
            this.words = words;
        }

        boolean isNegative() {
            return this == NOT_EQUAL || this == NOT_IN || this == IS_NOT_EMPTY || this == NOT_MATCHES;
        }

        @Override
        public String toString() {
            return words;
        }
    }
}
