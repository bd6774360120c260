package io.quorate.catalog;

/** A service with the node that offers it. */
public record Instance(NodeRow node, ServiceRow service) {}
