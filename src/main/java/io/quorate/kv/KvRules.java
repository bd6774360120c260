package io.quorate.kv;

import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.Moment;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What one committed command means for the key it names. Looks at nothing but its components.
 *
 * @param current absent when the key is, and for commands that name no single one
 * @param isSession whether there is a session of the command's id; of no meaning where it names none
 * @see <a href="https://developer.hashicorp.com/consul/api-docs/kv">Consul's KV API</a>, whose behaviour is inherited
 */
record KvRules(Moment at, @Nullable KvEntry current, boolean isSession) implements KvCommand.Cases<KvChange> {
    @Override
    public KvChange put(KvCommand.Put command) {
        return write(command.key(), command.value(), command.flags());
    }

    @Override
    public KvChange checkAndSet(KvCommand.CheckAndSet command) {
        long seen = current == null ? 0 : current.modifyIndex();
        return seen == command.expected()
                ? write(command.key(), command.value(), command.flags())
                : KvChange.Nothing.ALLOWED;
    }

    @Override
    public KvChange lock(KvCommand.Lock command) {
        if (!isSession) {
            return new KvChange.Nothing(CommandFamily.Result.refused("invalid session \"" + command.session() + "\""));
        }
        UUID holder = current == null ? null : current.session();
        if (holder != null && !holder.equals(command.session())) {
            return KvChange.Nothing.ALLOWED;
        }
        long before = current == null ? 0 : current.lockIndex();
        return save(
                command.key(),
                command.value(),
                command.flags(),
                command.session(),
                holder == null ? before + 1 : before);
    }

    @Override
    public KvChange unlock(KvCommand.Unlock command) {
        if (current == null || !command.session().equals(current.session())) {
            return KvChange.Nothing.ALLOWED;
        }
        return save(command.key(), command.value(), command.flags(), null, current.lockIndex());
    }

    @Override
    public KvChange delete(KvCommand.Delete command) {
        return current == null ? KvChange.Nothing.NEEDED : new KvChange.Drop(current);
    }

    @Override
    public KvChange checkAndDelete(KvCommand.CheckAndDelete command) {
        if (current == null) {
            return KvChange.Nothing.NEEDED;
        }
        return current.modifyIndex() == command.expected() ? new KvChange.Drop(current) : KvChange.Nothing.ALLOWED;
    }

    @Override
    public KvChange deleteTree(KvCommand.DeleteTree command) {
        return new KvChange.DropTree(command.prefix());
    }

    @Override
    public KvChange reap(KvCommand.Reap command) {
        return new KvChange.Reap(command.upTo(), command.most());
    }

    /** The session stays and its count begins anew: locks are advisory, and Consul has it so. */
    private KvChange write(String key, Value value, long flags) {
        return save(key, value, flags, current == null ? null : current.session(), 0);
    }

    /** What is the same already is left alone: nobody is woken for it, and no index moves. */
    private KvChange save(String key, Value value, long flags, @Nullable UUID session, long lockIndex) {
        long index = at.index().value();
        long created = current == null ? index : current.createIndex();
        KvEntry next = new KvEntry(key, value, flags, session, created, index, lockIndex, at.wallMs());
        return current != null && current.saysTheSameAs(next)
                ? KvChange.Nothing.NEEDED
                : new KvChange.Write(current, next);
    }
}
