package io.quorate.membership.net;

import io.quorate.membership.JoinReport;
import io.quorate.membership.swim.Effect;
import io.quorate.membership.swim.Swim;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** How each effect of the protocol is carried out. Owner: the gossip loop. */
final class Deeds implements Effect.Cases<Runnable> {
    private final Datagrams datagrams;
    private final Streams streams;
    private final Publication publication;
    private final Swim swim;
    private final @Nullable GossipFolder folder;
    private final Awaited awaited;
    private final BiConsumer<String, String> warnings;

    /**
     * @param folder absent: nothing is kept
     * @param warnings told a cause and a text
     */
    Deeds(
            Datagrams datagrams,
            Streams streams,
            Publication publication,
            Swim swim,
            @Nullable GossipFolder folder,
            Awaited awaited,
            BiConsumer<String, String> warnings) {
        this.datagrams = datagrams;
        this.streams = streams;
        this.publication = publication;
        this.swim = swim;
        this.folder = folder;
        this.awaited = awaited;
        this.warnings = warnings;
    }

    /** What somebody waits for, by the number of the command. */
    record Awaited(
            Map<Long, CompletableFuture<JoinReport>> joins, Map<Long, CompletableFuture<@Nullable Void>> leaves) {}

    @Override
    public Runnable sendPacket(Effect.SendPacket packet) {
        return () -> datagrams.send(packet);
    }

    @Override
    public Runnable openStream(Effect.OpenStream open) {
        return () -> streams.open(open.id(), open.to(), open.ask());
    }

    @Override
    public Runnable answerStream(Effect.AnswerStream answer) {
        return () -> streams.answer(answer.id(), answer.answer(), answer.more());
    }

    @Override
    public Runnable closeStream(Effect.CloseStream close) {
        return () -> streams.finish(close.id(), close.last());
    }

    @Override
    public Runnable publish(Effect.Publish event) {
        return () -> publication.add(event.event());
    }

    @Override
    public Runnable tell(Effect.Tell event) {
        return () -> publication.tell(event.event());
    }

    @Override
    public Runnable raiseBound(Effect.RaiseBound bound) {
        return () -> {
            if (folder != null) {
                folder.raise(bound.bound());
            }
        };
    }

    @Override
    public Runnable joinDone(Effect.JoinDone join) {
        return () -> {
            CompletableFuture<JoinReport> result = awaited.joins.remove(join.command());
            if (result != null) {
                // Whoever waited for it looks into the roster next.
                publication.publish(swim);
                result.complete(join.report());
            }
        };
    }

    @Override
    public Runnable met(Effect.Met met) {
        return () -> publication.meetings().add(met.meeting());
    }

    @Override
    public Runnable leaveDone(Effect.LeaveDone leave) {
        return () -> {
            CompletableFuture<@Nullable Void> result = awaited.leaves.remove(leave.command());
            if (result != null) {
                result.complete(null);
            }
        };
    }

    @Override
    public Runnable warn(Effect.Warn warn) {
        return () -> warnings.accept(warn.cause(), warn.text());
    }
}
