package io.quorate.agent.settings;

import java.util.List;

/** The settings make no sense: the start ends with this one line and exit code 1, and nothing has been opened yet. */
public final class SettingsException extends RuntimeException {
    private final transient List<Setting> about;

    /** @param message one line that names the flag or key and its value, never a secret */
    public SettingsException(String message) {
        this(List.of(), message);
    }

    /** @param about the refused setting: who read it adds where its value came from */
    SettingsException(Setting about, String message) {
        this(List.of(about), message);
    }

    /** @param about the settings that contradict each other */
    SettingsException(List<Setting> about, String message) {
        super(message.replaceAll("\\s*\\R\\s*", " "));
        this.about = List.copyOf(about);
    }

    List<Setting> about() {
        return about;
    }
}
