package io.quorate.bootstrap.driver;

import io.quorate.bootstrap.Charter;
import io.quorate.bootstrap.Founder;
import io.quorate.bootstrap.FoundingRecord;
import io.quorate.bootstrap.Standing;
import io.quorate.bootstrap.Word;
import io.quorate.codec.Form;
import io.quorate.codec.In;
import io.quorate.codec.KernelForms;
import io.quorate.codec.MalformedException;
import io.quorate.codec.Out;
import io.quorate.kernel.ClusterId;
import io.quorate.kernel.Datacenter;
import io.quorate.kernel.Expect;
import io.quorate.kernel.FoundingState;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** The values of founding, as they stand on disk and go over the server port. */
final class FoundingForms {
    private static final int MAX_TEXT = 256;
    private static final int MAX_EXPECT = 1_000_000;

    private static final Form<Founder> FOUNDER = Form.of(
            (founder, out) ->
                    out.value(founder.id(), KernelForms.SERVER_ID).value(founder.name(), KernelForms.NODE_NAME),
            in -> new Founder(in.value(KernelForms.SERVER_ID), in.value(KernelForms.NODE_NAME)));
    private static final Form<List<Founder>> FOUNDERS = FOUNDER.listOf(Charter.MAX_FOUNDERS);

    static final Form<Charter> CHARTER = Form.of(
            (charter, out) -> out.value(charter.id(), KernelForms.CLUSTER_ID)
                    .value(charter.datacenter(), KernelForms.DATACENTER)
                    .value(charter.founders(), FOUNDERS),
            FoundingForms::charter);

    private static final Form<FoundingState> KIND =
            Form.coded(FoundingState.STANDINGS.toArray(FoundingState[]::new), FoundingForms::code);

    /** What a server says of itself. */
    static final Form<Word> WORD = Form.of(FoundingForms::word, FoundingForms::word);

    private static final Form<List<ClusterId>> REFUSED =
            KernelForms.CLUSTER_ID.listOf(FoundingRecord.MAX_STORED_REFUSED);
    private static final Form<Standing> STANDING =
            Form.of((standing, out) -> standing.match(new Written(out)), FoundingForms::standing);

    static final Form<FoundingRecord> RECORD = Form.of(
            (record, out) -> out.value(record.id(), KernelForms.SERVER_ID)
                    .value(record.name(), KernelForms.NODE_NAME)
                    .i64(record.starts())
                    .value(List.copyOf(record.refused()), REFUSED)
                    .value(record.standing(), STANDING),
            in -> new FoundingRecord(
                    in.value(KernelForms.SERVER_ID),
                    in.value(KernelForms.NODE_NAME),
                    in.i64(),
                    ascending(in.value(REFUSED)),
                    in.value(STANDING)));

    private FoundingForms() {}

    private static Charter charter(In in) throws MalformedException {
        ClusterId id = in.value(KernelForms.CLUSTER_ID);
        Datacenter datacenter = in.value(KernelForms.DATACENTER);
        List<Founder> founders = in.value(FOUNDERS);
        Charter charter = new Charter(id, datacenter, founders);
        if (!charter.founders().equals(founders)) {
            throw new MalformedException("founders that do not ascend");
        }
        return charter;
    }

    private static SortedSet<ClusterId> ascending(List<ClusterId> ids) throws MalformedException {
        SortedSet<ClusterId> sorted = new TreeSet<>(ids);
        if (!List.copyOf(sorted).equals(ids)) {
            throw new MalformedException("refused charters that do not ascend");
        }
        return sorted;
    }

    private static int code(FoundingState kind) {
        return switch (kind) {
            case BLANK -> 1;
            case PLEDGED -> 2;
            case WITHDRAWN -> 3;
            case MEMBER -> 4;
            case STARTING, FAILED, UNKNOWN -> throw new IllegalStateException("no word is of kind " + kind);
        };
    }

    private static void word(Word word, Out out) {
        out.value(word.id(), KernelForms.SERVER_ID)
                .value(word.name(), KernelForms.NODE_NAME)
                .value(word.datacenter(), KernelForms.DATACENTER)
                .count(word.expect().servers(), MAX_EXPECT)
                .i64(word.starts())
                .value(word.kind(), KIND)
                .optional(word.charter(), CHARTER)
                .optional(word.cluster(), KernelForms.CLUSTER)
                .flag(word.leader())
                .optional(word.knows(), KernelForms.CLUSTER)
                .optional(word.dead(), KernelForms.CLUSTER_ID);
    }

    private static Word word(In in) throws MalformedException {
        return new Word(
                in.value(KernelForms.SERVER_ID),
                in.value(KernelForms.NODE_NAME),
                in.value(KernelForms.DATACENTER),
                new Expect(in.count(MAX_EXPECT)),
                in.i64(),
                in.value(KIND),
                in.optional(CHARTER),
                in.optional(KernelForms.CLUSTER),
                in.flag(),
                in.optional(KernelForms.CLUSTER),
                in.optional(KernelForms.CLUSTER_ID));
    }

    /** Each standing behind its number, which is never used again for another. */
    private record Written(Out out) implements Standing.Cases<Out> {
        static final int BLANK = 1;
        static final int PLEDGED = 2;
        static final int WITHDRAWN = 3;
        static final int MEMBER = 4;

        @Override
        public Out blank(Standing.Blank blank) {
            return out.u8(BLANK)
                    .optional(blank.formerly(), KernelForms.CLUSTER)
                    .optional(blank.founded(), CHARTER)
                    .optional(blank.lost(), (to, lost) -> to.text(lost, MAX_TEXT));
        }

        @Override
        public Out pledged(Standing.Pledged pledged) {
            return out.u8(PLEDGED).value(pledged.charter(), CHARTER);
        }

        @Override
        public Out withdrawn(Standing.Withdrawn withdrawn) {
            return out.u8(WITHDRAWN).value(withdrawn.charter(), CHARTER);
        }

        @Override
        public Out member(Standing.Member member) {
            return out.u8(MEMBER)
                    .value(member.cluster(), KernelForms.CLUSTER)
                    .text(member.token(), MAX_TEXT)
                    .flag(member.led())
                    .optional(member.charter(), CHARTER);
        }
    }

    private static Standing standing(In in) throws MalformedException {
        int code = in.u8();
        return switch (code) {
            case Written.BLANK ->
                new Standing.Blank(
                        in.optional(KernelForms.CLUSTER), in.optional(CHARTER), in.optional(i -> i.text(MAX_TEXT)));
            case Written.PLEDGED -> new Standing.Pledged(in.value(CHARTER));
            case Written.WITHDRAWN -> new Standing.Withdrawn(in.value(CHARTER));
            case Written.MEMBER ->
                new Standing.Member(in.value(KernelForms.CLUSTER), in.text(MAX_TEXT), in.flag(), in.optional(CHARTER));
            default -> throw new MalformedException("unknown standing " + code);
        };
    }
}
