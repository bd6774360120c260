package io.quorate.membership.swim;

/** How much this node doubts itself, 0 best: Lifeguard's local health multiplier. */
final class LocalHealth {
    private final int max;
    private int score;

    /** @param max one above the worst score */
    LocalHealth(int max) {
        this.max = max;
    }

    void change(int delta) {
        score = Math.max(0, Math.min(max - 1, score + delta));
    }

    int score() {
        return score;
    }

    long scale(long durationMs) {
        return durationMs * (score + 1);
    }
}
