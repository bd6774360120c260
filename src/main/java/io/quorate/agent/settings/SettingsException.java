package io.quorate.agent.settings;

/** The settings make no sense: the start ends with this one line and exit code 1, and nothing has been opened yet. */
public final class SettingsException extends RuntimeException {
    /** @param message one line that names the flag or key and its value, never a secret */
    public SettingsException(String message) {
        super(message.replaceAll("\\s*\\R\\s*", " "));
    }
}
