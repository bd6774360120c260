package io.quorate.agent;

import io.quorate.agent.settings.SettingsHelp;

/** What {@code agent -help} prints. */
public final class AgentUsage {
    private AgentUsage() {}

    /** Lines of at most 100 columns; each ends with a line break. */
    public static String text() {
        return """
                Usage: quorate agent [flags]
                Runs an agent until it is stopped by SIGTERM, by Ctrl-C or by the command "leave".

                """ + SettingsHelp.text() + """

                Flags take one dash or two, "=" or a space. Each is also an environment variable (QUORATE_RETRY_JOIN=a,b).
                Flags win over environment variables over files over defaults. Files use Consul's keys; gossip_lan,
                performance and reconnect_timeout are keys too.

                Example, the same line on each of three machines:
                  quorate agent -server -bootstrap-expect=3 -data-dir=/var/lib/quorate -retry-join=10.0.0.1,10.0.0.2

                Exit codes: 0 stopped in order, 1 wrong settings, or an agent that cannot go on.
                """;
    }
}
