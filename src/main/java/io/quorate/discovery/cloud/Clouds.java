package io.quorate.discovery.cloud;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/**
 * Asks platforms for members: Kubernetes, AWS, Google, Azure. Nothing is remembered between two looks but connections:
 * credentials are fetched and files read anew each time, as platforms renew them. Safe for any thread; calls block.
 */
public final class Clouds implements AutoCloseable {
    private static final Path SERVICE_ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

    private final Map<String, String> environment;
    private final Path serviceAccount;
    private final InstantSource wall;
    private final Web web = new Web();

    /**
     * @param environment variables in which platforms leave credentials and addresses
     * @param wall signatures name the time at which they are made
     */
    public Clouds(Map<String, String> environment, InstantSource wall) {
        this(environment, SERVICE_ACCOUNT, wall);
    }

    /** @param serviceAccount the folder in which Kubernetes leaves a pod's token, namespace and authorities */
    Clouds(Map<String, String> environment, Path serviceAccount, InstantSource wall) {
        this.environment = Map.copyOf(environment);
        this.serviceAccount = serviceAccount;
        this.wall = wall;
    }

    /**
     * At most 256 addresses and 50 pages. An interrupt ends it.
     *
     * @throws CloudException when nothing was found, or it could not be asked for; what was told to findings before is not all
     */
    public void ask(CloudSource source, Findings findings) throws CloudException {
        Visit visit = new Visit(source, environment, web, wall, findings);
        switch (source.provider()) {
            case K8S -> new Kubernetes(visit, serviceAccount).ask();
            case AWS -> new Aws(visit).ask();
            case GCE -> new Gce(visit).ask();
            case AZURE -> new Azure(visit).ask();
        }
    }

    @Override
    public void close() {
        web.close();
    }
}
