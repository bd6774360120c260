package io.quorate.agent;

import io.quorate.kernel.Endpoint;
import io.quorate.kernel.Plain;
import java.net.InetAddress;

/** A port that could not be opened, in the one line that ends the start: setting, address, reason, what to do. */
final class Unbound {
    private Unbound() {}

    /**
     * @param key of the setting
     * @param flag that sets the port
     */
    static StartException of(String key, String flag, InetAddress address, int port, Throwable cause) {
        Endpoint at = new Endpoint(address, port);
        String reason = Plain.reason(cause);
        String line;
        if (reason.contains("in use")) {
            line = key + ": " + at + " is in use by another process. Stop that one, or choose another port with "
                    + flag;
        } else if (reason.contains("assign")) {
            line = key + ": " + at + " cannot be opened: the address is not one of this machine's";
        } else {
            line = key + ": " + at + " cannot be opened: " + reason;
        }
        return new StartException(line, cause);
    }
}
