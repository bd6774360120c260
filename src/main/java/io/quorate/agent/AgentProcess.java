package io.quorate.agent;

import io.quorate.agent.settings.AgentSettingsReader;
import io.quorate.agent.settings.SettingsException;

/** One agent from its start to its end. */
public final class AgentProcess {
    private AgentProcess() {}

    /** Returns the exit code when the agent has stopped. */
    public static int run(String[] arguments) {
        try {
            AgentSettingsReader.read(arguments);
            return 0;
        } catch (SettingsException e) {
            System.err.println("==> " + e.getMessage());
            return 1;
        }
    }
}
