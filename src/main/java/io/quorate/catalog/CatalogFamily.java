package io.quorate.catalog;

import io.quorate.codec.Form;
import io.quorate.consensus.CommandFamily;
import io.quorate.consensus.Moment;
import io.quorate.store.Topic;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The catalog's part of the replicated state. */
public final class CatalogFamily implements CommandFamily<CatalogCommand, CommandFamily.Result> {
    private static final int TAG = 2;

    private final Dependants dependants;

    public CatalogFamily() {
        this(List.of(), List.of());
    }

    /**
     * @param ofNodes in the order in which they are told that a node goes
     * @param ofChecks in the order in which they are told that a check turns critical, or goes
     */
    public CatalogFamily(List<NodeDependants> ofNodes, List<CheckDependants> ofChecks) {
        this.dependants = new Dependants(List.copyOf(ofNodes), List.copyOf(ofChecks));
    }

    private record Dependants(List<NodeDependants> ofNodes, List<CheckDependants> ofChecks) {}

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
    public Result apply(CatalogCommand command, Moment at, Connection transaction, Set<Topic> changed)
            throws SQLException {
        return command.match(new CatalogRules(at.index(), load(command, transaction)))
                .match(new Outcomes(dependants, at, transaction, changed))
                .result();
    }

    /** What a step takes with it that features above have hung on its row. */
    private interface Telling {
        void tell(Dependants dependants, Moment at, Connection transaction, Set<Topic> changed) throws SQLException;
    }

    private static final CatalogStep.Cases<Telling> TELLINGS = new CatalogStep.Cases<>() {
        @Override
        public Telling dropNode(CatalogStep.DropNode step) {
            return (dependants, at, transaction, changed) -> {
                for (NodeDependants each : dependants.ofNodes()) {
                    each.nodeGoes(step.name(), at, transaction, changed);
                }
            };
        }

        @Override
        public Telling putNode(CatalogStep.PutNode step) {
            return (dependants, at, transaction, changed) -> {};
        }

        @Override
        public Telling putCheck(CatalogStep.PutCheck step) {
            CheckRow row = step.row();
            return (dependants, at, transaction, changed) -> {
                boolean fails = row.check().status().equals(Check.CRITICAL);
                for (CheckDependants each : fails ? dependants.ofChecks() : List.<CheckDependants>of()) {
                    each.checkFails(row.node(), row.check().id(), at, transaction, changed);
                }
            };
        }
    };

    private interface Outcome {
        Result result() throws SQLException;
    }

    private record Outcomes(Dependants dependants, Moment at, Connection transaction, Set<Topic> changed)
            implements CatalogChange.Cases<Outcome> {
        @Override
        public Outcome refuse(CatalogChange.Refuse refusal) {
            return () -> Result.refused(refusal.text());
        }

        @Override
        public Outcome steps(CatalogChange.Steps steps) {
            return () -> {
                for (CatalogStep step : steps.steps()) {
                    step.match(TELLINGS).tell(dependants, at, transaction, changed);
                }
                CatalogTables.carryOut(transaction, steps.steps(), changed);
                return Result.DONE;
            };
        }
    }

    private static CatalogRules.Rows load(CatalogCommand command, Connection transaction) throws SQLException {
        Subject subject = command.match(Subject.OF);
        String name = subject.name();
        Node node = subject.node();
        List<CheckRow> checks = CatalogTables.checksOf(transaction, name);
        List<CatalogRules.Claim> claims = new ArrayList<>();
        if (node != null && !node.id().isEmpty()) {
            for (NodeRow like : CatalogTables.nodesLike(transaction, name)) {
                claims.add(new CatalogRules.Claim(like.node(), isCritical(transaction, like.node())));
            }
        }
        return new CatalogRules.Rows(
                CatalogTables.nodeByName(transaction, name),
                node == null ? null : CatalogTables.nodeById(transaction, node.id()),
                claims,
                Map.copyOf(CatalogTables.byId(checks)));
    }

    private static boolean isCritical(Connection transaction, Node node) throws SQLException {
        CheckRow gossip = CatalogTables.byId(CatalogTables.checksOf(transaction, node.name()))
                .get(Check.SERF_HEALTH);
        return gossip != null && gossip.check().status().equals(Check.CRITICAL);
    }

    /** Which rows a command is about. */
    private record Subject(String name, @Nullable Node node) {
        static final CatalogCommand.Cases<Subject> OF = new CatalogCommand.Cases<>() {
            @Override
            public Subject registerNode(CatalogCommand.RegisterNode command) {
                return new Subject(command.node().name(), command.node());
            }

            @Override
            public Subject deregisterNode(CatalogCommand.DeregisterNode command) {
                return new Subject(command.name(), null);
            }

            @Override
            public Subject setCheck(CatalogCommand.SetCheck command) {
                return new Subject(command.node(), null);
            }
        };
    }
}
