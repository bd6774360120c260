package io.quorate.operator.web;

import io.quorate.answer.Asking;
import io.quorate.http.BadRequestException;
import io.quorate.operator.AgentParts;
import io.quorate.operator.NativeJson;
import io.quorate.operator.PeerRemoval;
import io.quorate.peers.Removal;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** Raft peers that an operator removes. */
@RestController
public final class PeersController {
    private final PeerRemoval removal;

    public PeersController(AgentParts parts, Asking asking) {
        removal = new PeerRemoval(parts, asking);
    }

    /** Answer of a removal. */
    record RemovedPeer(String serverId, String node) {}

    @DeleteMapping(
            path = {"/peers/{peer}", "/peers/"},
            produces = MediaType.APPLICATION_JSON_VALUE)
    CompletionStage<ResponseEntity<byte[]>> remove(
            @PathVariable(name = "peer", required = false) @Nullable String peer, HttpServletRequest request) {
        if (peer == null || peer.isBlank()) {
            throw nameless();
        }
        boolean pretty = NativeErrors.isPretty(request);
        Removal how = isForced(request) ? Removal.FORCED : Removal.SAFE;
        return removal.ask(new PeerRemoval.Question(PeerRemoval.By.NAME_OR_ID, peer, how))
                .thenApply(answer -> response(answer, pretty));
    }

    /** Whoever writes {@code force=false} must not lose his cluster by it. */
    private static boolean isForced(HttpServletRequest request) {
        try {
            return NativeErrors.query(request).saysYes("force");
        } catch (BadRequestException e) {
            throw new ProblemException(
                    Problem.badFields(String.valueOf(e.getMessage()), Map.of("force", "must be true or false")));
        }
    }

    private static ProblemException nameless() {
        return new ProblemException(Problem.badFields(
                "peer is empty: name a server, DELETE /peers/<name or id>", Map.of("peer", "is empty")));
    }

    private static ResponseEntity<byte[]> response(PeerRemoval.Answer answer, boolean pretty) {
        String reason = answer.reason();
        return switch (answer.outcome()) {
            case REMOVED -> {
                String id = answer.serverId() == null ? "" : answer.serverId();
                String node = answer.node() == null ? "" : answer.node();
                yield ResponseEntity.ok()
                        .contentType(MediaType.APPLICATION_JSON)
                        .body(NativeJson.write(new RemovedPeer(id, node), pretty));
            }
            case UNKNOWN_PEER ->
                Problem.of(404, "no-such-peer", "No such peer", reason).response(pretty);
            case REFUSED, ALIVE ->
                Problem.of(409, "peer-kept", "The peer is not removed", reason).response(pretty);
            case NO_LEADER ->
                Problem.of(503, "no-leader", "No leader could be asked", reason).response(pretty);
            case BUSY ->
                Problem.of(503, "busy", "Another removal is under way", reason).response(pretty);
            case UNCERTAIN ->
                Problem.of(504, "outcome-unknown", "It is not known whether the peer was removed", reason)
                        .response(pretty);
        };
    }
}
