package io.quorate;

import org.springframework.modulith.Modulithic;

/** Where the process begins. */
@Modulithic(systemName = "Quorate")
public final class QuorateApplication {
    private QuorateApplication() {}

    public static void main(String[] arguments) {
        System.out.println("hello");
    }
}
