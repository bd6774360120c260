package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.Peer;
import io.quorate.bootstrap.State;
import io.quorate.bootstrap.Surroundings;
import io.quorate.bootstrap.Word;
import io.quorate.kernel.Endpoint;
import io.quorate.kernel.ServerId;
import io.quorate.runtime.EventLoop;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** The parts of the driver that know the other servers, as the care for the peer set sees them. */
record Around(
        EventLoop loop, Steps steps, Places places, Conversation conversation, Inquiry inquiry, Runnable wantRound)
        implements Surroundings {
    @Override
    public State state() {
        return steps.state();
    }

    @Override
    public Optional<Peer> holder(ServerId server) {
        return places.of(server, state().peers().values());
    }

    @Override
    public List<Peer> holders() {
        return places.holders(state().peers().values());
    }

    @Override
    public void adopt(Word server) {
        conversation.tell(Message.Purpose.ADOPT, server);
    }

    @Override
    public void tellReplaced(Word server) {
        conversation.tell(Message.Purpose.REPLACED, server);
    }

    @Override
    public CompletableFuture<Word> ask(Endpoint place, ServerId server) {
        return conversation.ask(place, server);
    }

    @Override
    public CompletableFuture<Boolean> asksFor(ServerId removal, ServerId by, UUID request) {
        return inquiry.asksFor(removal, by, request);
    }

    @Override
    public void roundSoon() {
        wantRound.run();
    }
}
