package io.quorate.catalog;

/** A node in the catalog. ModifyIndex rises only when something really changed. */
public record NodeRow(Node node, long createIndex, long modifyIndex) {}
