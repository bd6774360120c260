package io.quorate.catalog;

/** A check in the catalog. */
public record CheckRow(String node, Check check, long createIndex, long modifyIndex) {}
