package io.quorate.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Names the fault that a test provokes: each becomes a row of {@code src/docs/faults.md}. */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
@Repeatable(Fault.All.class)
public @interface Fault {
    /** A line that {@code FaultsPageTest} lists, {@code A1a} for example. */
    String line();

    /** What is done to the agent: the fault itself, in a few words a stranger understands. */
    String fault();

    /** What is seen now, as the test asserts it: one sentence, in the present tense. */
    String seen();

    /** Several on one test. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target({ElementType.METHOD, ElementType.TYPE})
    @interface All {
        Fault[] value();
    }
}
