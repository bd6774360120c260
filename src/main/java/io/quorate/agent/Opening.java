package io.quorate.agent;

import io.quorate.agent.settings.AgentSettings;
import io.quorate.agent.settings.DataFolder;
import io.quorate.bootstrap.Founding;
import io.quorate.discovery.Discovery;
import io.quorate.kernel.NodeId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The line at the start that says what this agent is and what it found. */
final class Opening {
    private static final Logger LOG = LoggerFactory.getLogger(Opening.class);

    private Opening() {}

    static void tell(AgentSettings settings, DataFolder folder, NodeId node, @Nullable ServerSide server) {
        List<String> sources = new ArrayList<>(settings.joining().join());
        sources.addAll(settings.joining().retryJoin());
        GossipSecrecy secrecy = GossipSecrecy.of(settings.gossip());
        var line = LOG.atInfo()
                .addKeyValue("version", Build.version())
                .addKeyValue("node", settings.node())
                .addKeyValue("node_id", node)
                .addKeyValue("datacenter", settings.datacenter())
                .addKeyValue("role", server == null ? "client" : "server");
        if (server != null) {
            Founding.View view = server.founding.view();
            line = line.addKeyValue("server_id", view.self())
                    .addKeyValue("cluster", view.cluster() == null ? "none" : view.cluster())
                    .addKeyValue("expect", settings.founding().expect())
                    .addKeyValue("founders", settings.founding().founders())
                    .addKeyValue("data", view.state().word() + ", start " + view.starts());
        }
        line.addKeyValue("gossip", secrecy.word())
                .addKeyValue("join", sources.stream().map(Discovery::shown).toList())
                .addKeyValue("data_dir", folder.path())
                .log("Quorate starts");
        settings.warnings().forEach(LOG::warn);
        secrecy.warning(settings.network()).ifPresent(LOG::warn);
        if (server != null && server.founding.view().cluster() == null) {
            settings.founding().warnings().forEach(LOG::warn);
        }
    }
}
