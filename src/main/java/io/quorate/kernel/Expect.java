package io.quorate.kernel;

/**
 * How many servers found a cluster.
 *
 * @param servers 0: this server never proposes to found, but may be asked to
 */
public record Expect(int servers) {
    public static final Expect NONE = new Expect(0);

    public Expect {
        if (servers < 0) {
            throw new IllegalArgumentException("expect must not be negative: " + servers);
        }
    }

    public boolean isSet() {
        return servers > 0;
    }

    @Override
    public String toString() {
        return Integer.toString(servers);
    }
}
