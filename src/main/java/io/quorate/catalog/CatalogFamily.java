package io.quorate.catalog;

import io.quorate.codec.Form;
import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.Moment;
import io.quorate.store.Topic;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The catalog's part of the replicated state. */
public final class CatalogFamily implements CommandFamily<CatalogCommand, CommandFamily.Result> {
    private static final int TAG = 2;

    private final List<NodeDependants> ofNodes;
    private final List<CheckDependants> ofChecks;

    public CatalogFamily() {
        this(List.of(), List.of());
    }

    /**
     * @param ofNodes in the order in which they are told that a node goes
     * @param ofChecks in the order in which they are told that a check goes or is critical
     */
    public CatalogFamily(List<NodeDependants> ofNodes, List<CheckDependants> ofChecks) {
        this.ofNodes = List.copyOf(ofNodes);
        this.ofChecks = List.copyOf(ofChecks);
    }

    @Override
    public int tag() {
        return TAG;
    }

    @Override
    public Class<CatalogCommand> type() {
        return CatalogCommand.class;
    }

    @Override
    public Form<CatalogCommand> form() {
        return CatalogCodec.FORM;
    }

    @Override
    public Form<Result> results() {
        return Result.FORM;
    }

    @Override
    public List<String> schema() {
        return CatalogTables.SCHEMA;
    }

    @Override
    public List<String> tables() {
        return CatalogTables.NAMES;
    }

    @Override
    public Set<String> spaces() {
        return Set.of(CatalogTopics.NODE, CatalogTopics.SERVICE);
    }

    @Override
    public long changed(Topic topic, Connection transaction) throws SQLException {
        if (topic instanceof Topic.Key key) {
            return ChangeTable.of(transaction, key);
        }
        throw new IllegalArgumentException("nobody reads " + topic);
    }

    @Override
    public Result apply(CatalogCommand command, Moment at, Connection transaction, Set<Topic> changed)
            throws SQLException {
        CatalogChange change;
        try {
            change = command.match(new CatalogRules(at, new CatalogTables.View(transaction)));
        } catch (CatalogTables.UnreadableException e) {
            throw e.failure();
        }
        return change.match(new Outcomes(at, transaction, changed)).result();
    }

    private interface Outcome {
        Result result() throws SQLException;
    }

    private final class Outcomes implements CatalogChange.Cases<Outcome> {
        private final Moment at;
        private final Connection transaction;
        private final Set<Topic> changed;

        Outcomes(Moment at, Connection transaction, Set<Topic> changed) {
            this.at = at;
            this.transaction = transaction;
            this.changed = changed;
        }

        @Override
        public Outcome refuse(CatalogChange.Refuse refusal) {
            return () -> Result.refused(refusal.text());
        }

        @Override
        public Outcome steps(CatalogChange.Steps steps) {
            return () -> {
                Set<Topic> own = new HashSet<>();
                for (CatalogStep step : steps.steps()) {
                    // Before the rows change: who is told may read them still.
                    step.match(new Told(at)).on(transaction, changed);
                    CatalogTables.carryOut(transaction, step, own);
                }
                ChangeTable.save(transaction, own, at);
                changed.addAll(own);
                return Result.DONE;
            };
        }
    }

    /** Who is told of a step. */
    private final class Told implements CatalogStep.Cases<CatalogTables.Work> {
        private static final CatalogTables.Work NOBODY = (transaction, changed) -> {};

        private final Moment at;

        Told(Moment at) {
            this.at = at;
        }

        @Override
        public CatalogTables.Work dropNode(CatalogStep.DropNode step) {
            return (transaction, changed) -> {
                for (NodeDependants each : ofNodes) {
                    each.nodeGoes(step.name(), at, transaction, changed);
                }
            };
        }

        @Override
        public CatalogTables.Work putNode(CatalogStep.PutNode step) {
            return NOBODY;
        }

        @Override
        public CatalogTables.Work dropService(CatalogStep.DropService step) {
            return NOBODY;
        }

        @Override
        public CatalogTables.Work putService(CatalogStep.PutService step) {
            return NOBODY;
        }

        @Override
        public CatalogTables.Work dropCheck(CatalogStep.DropCheck step) {
            return fails(step.node(), step.id());
        }

        @Override
        public CatalogTables.Work putCheck(CatalogStep.PutCheck step) {
            Check check = step.row().check();
            return check.isCritical() ? fails(step.row().node(), check.id()) : NOBODY;
        }

        private CatalogTables.Work fails(String node, String checkId) {
            return (transaction, changed) -> {
                for (CheckDependants each : ofChecks) {
                    each.checkFails(node, checkId, at, transaction, changed);
                }
            };
        }
    }
}
