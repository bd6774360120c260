package io.quorate.membership.swim;

import io.quorate.membership.Meeting;

/**
 * Why an exchange over a stream did not come about.
 *
 * @param reason as it is reported to whoever asked for it
 */
public record Hindrance(Meeting.Outcome outcome, String reason) {}
