package io.quorate.operator.web;

/** The request cannot be fulfilled, for the reason given; nothing was done. */
final class ProblemException extends RuntimeException {
    private final transient Problem problem;

    ProblemException(Problem problem) {
        super(problem.detail());
        this.problem = problem;
    }

    Problem problem() {
        return problem;
    }
}
