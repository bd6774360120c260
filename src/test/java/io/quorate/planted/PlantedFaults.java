package io.quorate.planted;

import java.util.List;

/** The first six once went unnoticed; the others stand for the rules of each package that carry the most. */
final class PlantedFaults {
    private static final String GOES_DOWN = "bootstrap.driver.CrashBetweenStepsTest#theMachineGoesDownBeforeAnyStep";
    private static final String FAILS = "bootstrap.driver.CrashBetweenStepsTest#anyStepFails";
    private static final String CORE = "bootstrap/FoundingCore.java";
    private static final String PATIENCE = "bootstrap/Patience.java";
    private static final String PATIENCE_TEST = "bootstrap.PatienceExploration#";
    private static final String PROPOSES = "aBlankServerProposesOnlyWhatStayedTheSameForTheMarginAndAsksWhenItIsTime";
    private static final String LOOKS = "aStartedServerLooksIntoItsLogOnlyWhenItHeardOfNoLeaderForTheReleaseTime";
    private static final String STARTS_LATE = "whoStartsAfterALongWaitForTheProofHasTheWholeReleaseTimeToFindALeader";
    private static final String STORE = "store/StateStore.java";
    private static final String STORE_TEST = "store.StateStoreTest#";

    private PlantedFaults() {}

    static List<PlantedFault> all() {
        return List.of(
                PlantedFault.of(
                        "a pledge is told before it is on disk",
                        "bootstrap/Rules.java",
                        "List.of(new Effect.Persist(record), new Effect.Tell(record))",
                        "List.of(new Effect.Tell(record), new Effect.Persist(record))",
                        GOES_DOWN + "[FOUNDING_WHAT_ANOTHER_PROPOSED]"),
                PlantedFault.of(
                        "the record is not synced before it is renamed",
                        "runtime/DurableFile.java",
                        "disk.force(beside);",
                        "",
                        "bootstrap.driver.AnswersTest#whoAsksForAPledgeHearsThePledgeOnceItIsOnDisk"),
                PlantedFault.of(
                        "a server pledges although it knows of a cluster",
                        "bootstrap/Hearing.java",
                        "state.standing() instanceof Standing.Blank && agreed && free;",
                        "state.standing() instanceof Standing.Blank && agreed;",
                        "bootstrap.PledgeTest#aServerThatKnowsOfAClusterRefuses"),
                PlantedFault.of(
                        "on lost data the directory is put aside before the record is written",
                        CORE,
                        "effects.add(new Effect.PutFolderAside());",
                        "effects.add(effects.size() - 1, new Effect.PutFolderAside());",
                        GOES_DOWN + "[A_RECORD_OLDER_THAN_THE_LOG]"),
                PlantedFault.of(
                        "the applied index is written in a transaction of its own",
                        STORE,
                        "Generation.setApplied(writer, next);",
                        "writer.commit(); Generation.setApplied(writer, next);",
                        "store.ApplyTransactionTest#rowsAreNotThereWithoutTheirIndex"),
                PlantedFault.of(
                        "what a question says of its sender is believed",
                        CORE,
                        "return new Step(state, List.of(new Effect.Tell(state.record())));",
                        "return FoundingCore.this.heard(state, new Event.Heard(question.word()));",
                        "bootstrap.FoundingCoreTest#whatAQuestionSaysOfItsSenderChangesNothing",
                        "bootstrap.driver.AnswersTest#aProposalOfNobodyKnownIsAnsweredAndChangesNothing"),
                PlantedFault.of(
                        "one voter's word is enough to give an id up",
                        "bootstrap/Rules.java",
                        "return by.size() > voters.size() / 2;",
                        "return !by.isEmpty();",
                        "bootstrap.FoundingCoreTest#anIdIsGivenUpOnlyWhenAMajorityOfTheVotersThatItKnewSaySo",
                        "bootstrap.FoundingCoreTest#aServerIsTakenInOnlyByAMajorityOfTheVotersOfThatCluster"),
                PlantedFault.of(
                        "a removal is carried out although nobody confirms that he asked for it",
                        "peers/Leaving.java",
                        "confirmed ? keeper.remove(request.server()) : unconfirmed(request)",
                        "confirmed || true ? keeper.remove(request.server()) : unconfirmed(request)",
                        "bootstrap.driver.FoundingDriverTest#aStrangersMessagesMakeNobodyGiveAnythingUp"),
                PlantedFault.of(
                        "a removal that another agent asks for is carried out although that agent does not confirm it",
                        "operator/LeaderRemoval.java",
                        "confirmed ? decide(request.question())",
                        "confirmed || true ? decide(request.question())",
                        "operator.PeerRemovalTest#nobodyIsRemovedOnAStrangersWord"),
                PlantedFault.of(
                        "a write whose call was lost is sent again",
                        "answer/Asked.java",
                        "if (operation.isRead()) {",
                        "if (true) {",
                        "answer.AnswersTest#aWriteWhoseOutcomeIsUnknownIsNeverSentTwice"),
                PlantedFault.of(
                        "a default read is answered before the leader has confirmed it",
                        "answer/Asked.java",
                        "if (operation.place() == Operation.Place.SERVER || mayBeStale()) {",
                        "if (true) {",
                        "answer.AnswersTest#aDefaultReadIsConfirmedBeforeTheStateIsLookedAt"),
                PlantedFault.of(
                        "a confirmation that is under way is used for a read that came after it began",
                        "answer/Confirmation.java",
                        "return next;",
                        "return underWay;",
                        "answer.ConfirmationTest#whoeverAsksWhileOneIsUnderWayWaitsForTheNext"),
                PlantedFault.of(
                        "a streamed answer that was cut off is taken for the whole",
                        "answer/Body.java",
                        "if (end.number() != number || end.length() != length || end.checksum() != checksum.getValue()) {",
                        "if (false) {",
                        "answer.StreamsTest#whatIsCutOffOrChangedIsNeverTakenForTheWhole"),
                PlantedFault.of(
                        "a leader streams its state without making sure that it leads",
                        "answer/Asked.java",
                        "if (terms.mode() == Mode.STALE) {",
                        "if (true) {",
                        "answer.StreamsTest#whatALeaderCannotConfirmIsNotGivenUnlessAnyStateWillDo"),
                PlantedFault.of(
                        "facts of a node are believed that it does not announce",
                        "agent/CatalogKeeper.java",
                        "if (!isAnnounced(said)) {",
                        "if (false) {",
                        "agent.CatalogKeeperTest#factsThatTheNodeDoesNotAnnounceAreRefused"),
                PlantedFault.of(
                        "raft starts although the id answers as another process",
                        "bootstrap/Twin.java",
                        "case STARTING -> proven && compareTo(other) < 0;",
                        "case STARTING -> false;",
                        "bootstrap.driver.FoundingDriverTest#aCopyStartedBesideItsLivingOriginalIsRefusedBeforeItsRaftStarts",
                        "bootstrap.driver.FoundingDriverTest#ofACopyThatWasThereFirstAndItsOriginalTheCopyStays"),
                PlantedFault.of(
                        "who claims a server's id without a copy of its directory keeps it from starting",
                        "bootstrap/driver/FolderProof.java",
                        "return !expected.equals(NONE) && expected.equals(answer.proof());",
                        "return true;",
                        "bootstrap.driver.FoundingDriverTest#"
                                + "whoHasNoCopyOfTheFolderNeitherStopsTheOnlyServerNorKeepsItFromStarting"),
                PlantedFault.of(
                        "who is only pledged does not ask whether its id answers elsewhere",
                        "bootstrap/driver/FoundingDriver.java",
                        "boolean bound = !(steps.state().standing() instanceof Standing.Blank);",
                        "boolean bound = steps.state().standing() instanceof Standing.Member;",
                        "bootstrap.driver.FoundingDriverTest#aCopyOfAPledgedServersFolderIsRefused"),
                PlantedFault.of(
                        "a server whose raft is down gives way to a copy of its directory",
                        "bootstrap/driver/Twins.java",
                        "|| votersUnknown",
                        "",
                        "bootstrap.driver.FoundingDriverTest#whileItsRaftIsDownAServerDoesNotGiveWayToACopy"),
                PlantedFault.of(
                        "an asker is answered before the write",
                        "bootstrap/driver/Conversation.java",
                        "return core.word(steps.state(), steps.told(), about);",
                        "return core.word(steps.state(), steps.state().record(), about);",
                        GOES_DOWN + "[FOUNDING_WHAT_ANOTHER_PROPOSED]"),
                PlantedFault.of(
                        "of term and vote in two files the older counts",
                        "consensus/jraft/Promise.java",
                        "return term > other.term ? this : other;",
                        "return term < other.term ? this : other;",
                        "consensus.PromisesTest#oneOfTheTwoFilesFromAnOlderCopyTakesNothingBack"),
                PlantedFault.of(
                        "the name of a written file is not synced in its directory",
                        "runtime/DurableFile.java",
                        "disk.force(folder);",
                        "",
                        "bootstrap.driver.AnswersTest#whoAsksForAPledgeHearsThePledgeOnceItIsOnDisk"),
                PlantedFault.of(
                        "the driver lets others know a record before its effects are carried out",
                        "bootstrap/driver/Steps.java",
                        "        state = step.state();\n",
                        "        state = step.state(); told = state.record();\n",
                        FAILS + "[FOUNDING_WHAT_ANOTHER_PROPOSED]"),
                PlantedFault.of(
                        "gossip shows what is not on disk yet",
                        "bootstrap/driver/Views.java",
                        "FoundingRecord record = steps.told();",
                        "FoundingRecord record = state.record();",
                        FAILS + "[ADOPTION]"),
                PlantedFault.of(
                        "the record of a member is written before its raft directory is made",
                        CORE,
                        "effects.add(new Effect.MakeFolder(member.cluster(), member.token()));",
                        "effects.add(new Effect.Persist(next));"
                                + " effects.add(new Effect.MakeFolder(member.cluster(), member.token()));",
                        GOES_DOWN + "[ADOPTION]"),
                PlantedFault.of(
                        "a server that withdraws removes its directory before the record is written",
                        CORE,
                        "effects.addAll(afterRecord);",
                        "effects.addAll(0, afterRecord);",
                        GOES_DOWN + "[WITHDRAWAL_AFTER_RAFT_STARTED]"),
                PlantedFault.of(
                        "a founder that withdrew is taken in under its old id",
                        CORE,
                        "withdrawn ? record.renewed(fresh.serverId()) : record;",
                        "record;",
                        "bootstrap.FoundingCoreTest#aWithdrawnFounderIsTakenInUnderANewIdAndABlankOneKeepsItsOwn"),
                PlantedFault.of(
                        "raft starts with the pledges of all founders but one",
                        "bootstrap/Rules.java",
                        ".allMatch(f -> f.equals(self) || proofs.pledged().contains(f));",
                        ".filter(f -> !f.equals(self) && !proofs.pledged().contains(f)).count() <= 1;",
                        "bootstrap.FoundingCoreTest#aPledgedServerStartsOnlyWithTheWordOfEveryOtherFounder"),
                PlantedFault.of(
                        "a server proposes although its candidates have just changed",
                        PATIENCE,
                        "&& nowMs - waits.candidatesMs() >= marginMs;",
                        ";",
                        PATIENCE_TEST + PROPOSES),
                PlantedFault.of(
                        "other candidates do not have to stay the same anew",
                        "bootstrap/Waits.java",
                        "found.equals(candidates) ? candidatesMs : nowMs;",
                        "candidates.isEmpty() ? nowMs : candidatesMs;",
                        PATIENCE_TEST + PROPOSES),
                PlantedFault.of(
                        "servers are asked without a pause",
                        PATIENCE,
                        "BETWEEN_ROUNDS_MS = 100;",
                        "BETWEEN_ROUNDS_MS = 0;",
                        PATIENCE_TEST + PROPOSES),
                PlantedFault.of(
                        "a promise is given up a moment before the release time is over",
                        PATIENCE,
                        "nowMs - state.waits().unprovenMs() >= releaseMs;",
                        "nowMs - state.waits().unprovenMs() >= releaseMs - 1;",
                        PATIENCE_TEST + "aPledgedServerWithdrawsOnlyWhenTheReleaseTimeIsOver",
                        PATIENCE_TEST + LOOKS,
                        "bootstrap.PatienceTest#" + STARTS_LATE),
                PlantedFault.of(
                        "the wait for a leader begins with the pledge",
                        PATIENCE,
                        "return moved || !Objects",
                        "return !Objects",
                        "bootstrap.PatienceTest#" + STARTS_LATE),
                PlantedFault.of(
                        "a server that knows a leader waits for one",
                        PATIENCE,
                        "!isLed(state) && !state.leader() &&",
                        "!isLed(state) &&",
                        PATIENCE_TEST + LOOKS),
                PlantedFault.of(
                        "a follower in peace asks as often as its leader",
                        PATIENCE,
                        "PEACEFUL_ROUNDS = 10;",
                        "PEACEFUL_ROUNDS = 1;",
                        PATIENCE_TEST + "aFollowerInPeaceAsksSeldom"),
                PlantedFault.of(
                        "a server proposes on answers that came before a step that took long",
                        "bootstrap/driver/FoundingDriver.java",
                        "            steps.handle(new Event.RoundWanted());\n            return;",
                        "            steps.handle(new Event.RoundEnded(answers)); return;",
                        "bootstrap.driver.RoundDuringStepTest#"
                                + "nobodyProposesOnAnswersThatCameBeforeAStepThatTookLong"),
                PlantedFault.of(
                        "a learner votes before it has been caught up for a while",
                        "peers/PeerSetRule.java",
                        "!seen.stable().test(id) || !seen.connected().test(id)",
                        "!seen.connected().test(id)",
                        "peers.PeerSetRuleTest#aBlankServerIsToldThenALearnerAndOnlyWhenStableAVoter"),
                PlantedFault.of(
                        "the last voter may leave",
                        "peers/PeerKeeper.java",
                        "raft.voters().equals(List.of(server))",
                        "raft.voters().isEmpty()",
                        "bootstrap.driver.FoundingDriverTest#"
                                + "aServerThatLeavesIsRemovedAndNotTakenInAgainAndTheLastVoterMayNotLeave"),
                PlantedFault.of(
                        "an unknown outcome is called not committed",
                        "consensus/jraft/Append.java",
                        "return new OutcomeUnknownException(\"the outcome is not known: \" + words);",
                        "return new NotCommittedException(code + \": \" + text);",
                        "consensus.jraft.OutcomeTest#"
                                + "leadershipLostOnTheWayLeavesTheOutcomeUnknownThoughItsCodeIsTheSame"),
                PlantedFault.of(
                        "an expelled server is listened to",
                        "consensus/jraft/GuardedServer.java",
                        "return sender != null && refused.test(sender);",
                        "return false;",
                        "consensus.jraft.GuardedServerTest#anExpelledServerRaisesNoTerm"),
                PlantedFault.of(
                        "the record has room for one refused charter less than a server may have",
                        "bootstrap/driver/FoundingForms.java",
                        "KernelForms.CLUSTER_ID.listOf(FoundingRecord.MAX_STORED_REFUSED);",
                        "KernelForms.CLUSTER_ID.listOf(FoundingRecord.MAX_REFUSED);",
                        "bootstrap.driver.BoundsTest#theRecordOfAServerThatRefusedAsManyChartersAsItMayIsReadAgain"),
                PlantedFault.of(
                        "a map that no column holds enters the log",
                        "catalog/CatalogForms.java",
                        ".within(MAX_COLUMN)",
                        "",
                        "catalog.CatalogBoundsTest#aMapThatFitsNoColumnAndTooManyChecksDoNotEnterTheLog"),
                PlantedFault.of(
                        "an entry that was applied is applied again",
                        STORE,
                        "if (entry.index() <= next.index()) {",
                        "if (entry.index() < next.index()) {",
                        STORE_TEST + "resultsComeInOrderAndEntriesAppliedBeforeAreSkipped"),
                PlantedFault.of(
                        "a database that was open when the process or the machine stopped is used",
                        STORE,
                        "if (left.get().left() == Mark.Left.OPEN) {",
                        "if (false) {",
                        STORE_TEST + "leftOpenItIsRebuilt",
                        "store.DamagedDatabaseTest#afterAKillItIsRebuiltWhateverItsFileHolds"),
                PlantedFault.of(
                        "what was on this disk is known only when the database has written it",
                        STORE,
                        "Objects.requireNonNull(synced).raise(next.synced());",
                        "",
                        STORE_TEST + "whatWasOnThisDiskIsKnownAfterAKill"),
                PlantedFault.of(
                        "a block of the database that is not what was written is given out",
                        "store/CheckedFile.java",
                        "if ((crc(blocks, i) ^ ZEROS) != known(first + i)) {",
                        "if (false) {",
                        "store.DamagedDatabaseTest#damagedWhileItWasClosed"),
                PlantedFault.of(
                        "a database that was found damaged is opened again",
                        STORE,
                        "if (left.get().left() == Mark.Left.DAMAGED) {",
                        "if (false) {",
                        "store.DamagedDatabaseTest#damagedWhileItWasClosed"),
                PlantedFault.of(
                        "a snapshot that is older than the state is loaded over it",
                        STORE,
                        "if (head.index() <= applied) {",
                        "if (head.index() < 0) {",
                        STORE_TEST + "anArchiveThatIsNotNewerIsLeftAlone"),
                PlantedFault.of(
                        "a join that failed long ago is still told",
                        "operator/JoinsMet.java",
                        "age(m).compareTo(RECENT) <= 0",
                        "age(m).compareTo(RECENT) <= 1",
                        "operator.JoinsMetTest#whatIsOldOrOverIsNotToldAnyMore"),
                PlantedFault.of(
                        "a gossip key is exchanged in one step",
                        "agent/settings/KeyRotation.java",
                        "if (next.seals() && !running.keys().contains(next.keys().get(0))) {",
                        "if (false) {",
                        "agent.settings.KeyRotationTest#whatWouldCutAnAgentOffIsRefused"),
                PlantedFault.of(
                        "Spring's own sources of settings are read",
                        "agent/WebEnvironment.java",
                        "// None but those of the constructor.",
                        "super.customizePropertySources(sources);",
                        "agent.WebEnvironmentTest#itHoldsTheSettingsAndTheJarsOwnPropertiesAlone"),
                PlantedFault.of(
                        "a variable in lower case is passed over",
                        "agent/settings/Variables.java",
                        "if (!isMeantForUs(name) ||",
                        "if (!name.startsWith(PREFIX) ||",
                        "agent.settings.AgentSettingsTest#aNameInAnotherFormIsRefusedWithTheRightOne"),
                PlantedFault.of(
                        "protection that is not there is only warned of",
                        "agent/settings/Protection.java",
                        "if (asks(ask.when, value.strip().toLowerCase(Locale.ROOT))) {",
                        "if (false) {",
                        "agent.settings.AgentSettingsTest#protectionThatIsNotThereRefusesTheStart",
                        "agent.settings.AgentSettingsTest#flagsAndVariablesThatAskForProtectionAreRefusedToo"),
                PlantedFault.of(
                        "an address of -retry-join is not checked at the start",
                        "agent/settings/SettingsRules.java",
                        "Discovery.check(source);",
                        "source.strip();",
                        "agent.settings.AgentSettingsTest#wrongInputIsRefusedWithOneLineThatNamesIt"),
                PlantedFault.of(
                        "a voter is gone although no majority has looked",
                        "peers/Contacts.java",
                        "looked <= voters / 2",
                        "looked <= 0",
                        "bootstrap.driver.FoundingDriverTest#withoutAMajorityThatLookedNobodyIsGone"),
                PlantedFault.of(
                        "a voter is gone although gossip on another voter hears it",
                        "peers/Contacts.java",
                        "boolean here = id.equals(now.record().id()) || isAlive(id);",
                        "boolean here = id.equals(now.record().id());",
                        "bootstrap.driver.FoundingDriverTest#aVoterThatGossipOnAnotherVoterHearsIsNotGone"),
                PlantedFault.of(
                        "a removal by hand may cost the majority",
                        "peers/Removals.java",
                        "if (how == Removal.FORCED || !raft.voters().contains(peer) || spared) {",
                        "if (true) {",
                        "bootstrap.driver.FoundingDriverTest#aRemovalThatWouldCostTheMajorityOfThoseThatAnswerIsRefusedUnlessForced"),
                PlantedFault.of(
                        "a leave of another process under a name counts",
                        "membership/swim/Hearing.java",
                        "if (peer == null || peer.record.instance() != message.instance()) {",
                        "if (peer == null) {",
                        "membership.swim.SwimTest#whatIsSaidOfAnotherProcessUnderANameDoesNotMakeItsOwnerLeave"),
                PlantedFault.of(
                        "a leader that was replaced confirms default reads",
                        "consensus/jraft/RaftServer.java",
                        "return present.readBarrier(ReadOnlyOption.ReadOnlyLeaseBased);",
                        "return CompletableFuture.completedFuture(null);",
                        "consensus.FreshReadsTest#aLeaderThatWasReplacedConfirmsNoRead"),
                PlantedFault.of(
                        "a snapshot that failed is tried again without a pause",
                        "consensus/jraft/SnapshotRule.java",
                        "return Math.min(LONGEST_PAUSE_MS, usual << Math.min(failures, DOUBLINGS));",
                        "return failures > 0 ? 0 : usual;",
                        "consensus.SnapshotsByLogTest#aSnapshotThatCannotBeWrittenIsTriedAgainLaterAndTheServerGoesOn"));
    }
}
