package io.quorate.peers;

import io.quorate.codec.Form;
import io.quorate.codec.KernelForms;
import io.quorate.kernel.ServerId;
import java.util.UUID;

/**
 * A server asks the leader to be taken out of the peer set. It can ask for nobody else: the leader asks back the very server that it
 * would remove.
 *
 * @param id by which that server knows what it asked for
 */
public record LeaveRequest(ServerId server, UUID id) {
    public static final Form<LeaveRequest> FORM = Form.of(
            (request, out) -> out.value(request.server, KernelForms.SERVER_ID).uuid(request.id),
            in -> new LeaveRequest(in.value(KernelForms.SERVER_ID), in.uuid()));
}
