package io.quorate.planted;

import java.util.List;

/**
 * One edit of the source that makes it wrong.
 *
 * @param what goes wrong, for people
 * @param file below {@code src/main/java/io/quorate}
 * @param text stands in the file exactly once
 * @param instead what stands there with the fault
 * @param noticedBy tests, each of which must fail: {@code package.Class#method} below {@code io.quorate}, with the constant in
 *     brackets where the method has an enum for its parameter
 */
record PlantedFault(String what, String file, String text, String instead, List<String> noticedBy) {
    static PlantedFault of(String what, String file, String text, String instead, String... noticedBy) {
        return new PlantedFault(what, file, text, instead, List.of(noticedBy));
    }

    @Override
    public String toString() {
        return what;
    }
}
