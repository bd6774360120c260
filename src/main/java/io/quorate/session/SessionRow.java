package io.quorate.session;

/**
 * A session that lives.
 *
 * @param holder name of the node that it belongs to, as that node is registered
 * @param sinceMs wall time of the leader that it was made by, in milliseconds since 1970: shown, decides nothing
 */
public record SessionRow(Session session, String holder, long createIndex, long sinceMs) {}
