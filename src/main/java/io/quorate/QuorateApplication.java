package io.quorate;

/** Where the process begins. */
public final class QuorateApplication {
    private QuorateApplication() {}

    public static void main(String[] arguments) {
        System.out.println("hello");
    }
}
