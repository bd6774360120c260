package io.quorate.discovery.cloud;

/** What comes out of asking a platform, told as it comes in: a deadline then still shows how far it went. Called on one thread. */
public interface Findings {
    /** One line for people; never a secret. */
    void note(String text);

    /**
     * @param address an IPv4 or IPv6 address in digits, as the platform wrote it
     * @param port 0 when the platform names none
     */
    void address(String address, int port);
}
