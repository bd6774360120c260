package io.quorate.cli;

import java.io.PrintWriter;
import java.util.Map;

/** What a command may look at and write to. */
record Console(Map<String, String> environment, PrintWriter out, PrintWriter err) {}
