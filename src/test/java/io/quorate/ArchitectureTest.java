package io.quorate;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.InstanceofCheck;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.quorate.membership.AgentTags;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

/** The tree is the architecture: who may know whom, and which few places touch time, chance, Bolt and SOFAJRaft. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.quorate");

    @Test
    void modulesKeepToTheirDirections() {
        ApplicationModules.of(QuorateApplication.class).verify();
    }

    @Test
    void onlyConsensusKnowsSofaJraft() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.quorate.consensus.jraft..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.alipay.sofa.jraft..", "org.rocksdb..")
                .because("the log could be exchanged, and its threads and locks stay in one place")
                .check(CLASSES);
    }

    @Test
    void whatTagsMeanIsWorkedOutInOnePlace() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.quorate.membership..")
                .should()
                .callMethod(AgentTags.class, "decode", Map.class)
                .because("a member carries its tags decoded, once for everybody who asks")
                .check(CLASSES);
    }

    @Test
    void anAddressIsWrittenInOnePlace() {
        noClasses()
                .that()
                .areNotAssignableTo(io.quorate.kernel.IpText.class)
                .should()
                .callMethod(java.net.InetAddress.class, "getHostAddress")
                .orShould()
                .callMethod(java.net.InetAddress.class, "toString")
                .orShould()
                .callMethod(java.net.InetSocketAddress.class, "toString")
                .because("IPv6 is written as RFC 5952 says, everywhere")
                .check(CLASSES);
    }

    @Test
    void onlyRpcAndConsensusKnowBolt() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.quorate.consensus.jraft..", "io.quorate.rpc..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.alipay.remoting..", "io.netty..")
                .because("what listens on the server port is decided in one place")
                .check(CLASSES);
    }

    @Test
    void valuesAndRulesKnowNoSpring() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.quorate.kernel..",
                        "io.quorate.runtime..",
                        "io.quorate.membership..",
                        "io.quorate.bootstrap..",
                        "io.quorate.peers..",
                        "io.quorate.consensus..",
                        "io.quorate.store..",
                        "io.quorate.rpc..",
                        "io.quorate.discovery..")
                .should()
                .dependOnClassesThat(DescribedPredicate.describe(
                        "are Spring's, but for the module marker",
                        c -> c.getPackageName().startsWith("org.springframework")
                                && !c.getPackageName().startsWith("org.springframework.modulith")))
                .because("a protocol is tested without a container")
                .check(CLASSES);
    }

    @Test
    void timeAndChanceComeFromRuntime() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.quorate.runtime..")
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(UUID.class, "randomUUID")
                .orShould()
                .callMethod(Clock.class, "systemUTC")
                .because("a run must be repeatable from its seed")
                .check(CLASSES);
    }

    @Test
    void threadsComeFromRuntime() {
        DescribedPredicate<JavaAccess<?>> makesThreads = DescribedPredicate.describe(
                "makes a thread or an executor",
                access -> isThreadMaker(access.getTargetOwner().getFullName(), access.getName())
                        || isPoolUnnamed(access));
        noClasses()
                .that()
                .resideOutsideOfPackage("io.quorate.runtime..")
                // Its processes are no agents: they end when their command is done, and a hook must be a thread.
                .and()
                .resideOutsideOfPackage("io.quorate.cli..")
                .should()
                .accessTargetWhere(makesThreads)
                .because("one place decides for every thread of ours what an error means, and hears of each")
                .check(CLASSES);
    }

    @Test
    void everySealedFamilyHasOneMethodForEachCase() {
        assertThat(CLASSES)
                .filteredOn(type -> type.isInterface() && type.reflect().isSealed())
                .hasSizeGreaterThan(10)
                .allMatch(family -> family.getMethods().stream()
                        .anyMatch(method -> method.getName().equals("match")));
    }

    /**
     * Whoever asks for two cases of a family one after the other forgets the third: the compiler tells nobody when one is added. One
     * case alone may be asked for. What another member says in answer on a stream may be anything, and all but what is awaited is
     * refused. In founding's core a standing is a condition of many rules, none of which holds for a new one by itself.
     */
    @Test
    void nobodyGoesThroughASealedFamilyCaseByCase() {
        Map<String, Set<String>> asked = new TreeMap<>();
        for (JavaClass type : CLASSES) {
            for (InstanceofCheck check : type.getInstanceofChecks()) {
                String place = type.getSimpleName() + "." + check.getOwner().getName();
                for (JavaClass family : check.getRawType().getRawInterfaces()) {
                    if (family.getPackageName().startsWith("io.quorate")
                            && family.reflect().isSealed()
                            && !type.getPackageName().startsWith("io.quorate.bootstrap")) {
                        asked.computeIfAbsent(place + " " + family.getSimpleName(), key -> new TreeSet<>())
                                .add(check.getRawType().getSimpleName());
                    }
                }
            }
        }
        assertThat(asked).isNotEmpty();
        asked.values().removeIf(cases -> cases.size() == 1);
        assertThat(asked)
                .containsOnlyKeys(
                        "Swim.onStreamAsk Message",
                        "Syncer.onAnswer Message",
                        "Syncer.onLast Message",
                        "Votes.answered Message");
    }

    private static boolean isThreadMaker(String owner, String name) {
        boolean made = name.equals("<init>")
                && (owner.equals("java.lang.Thread")
                        || owner.equals("java.util.Timer")
                        || owner.equals("java.util.concurrent.ThreadPoolExecutor")
                        || owner.equals("java.util.concurrent.ScheduledThreadPoolExecutor")
                        || owner.equals("java.util.concurrent.ForkJoinPool"));
        return made
                || owner.equals("java.util.concurrent.Executors")
                || (owner.equals("java.util.concurrent.ForkJoinPool") && name.equals("commonPool"));
    }

    /** {@code supplyAsync} and its like without an executor run on the common pool. */
    private static boolean isPoolUnnamed(JavaAccess<?> access) {
        return access instanceof JavaMethodCall call
                && call.getTargetOwner().isAssignableTo(CompletionStage.class)
                && call.getName().endsWith("Async")
                && call.getTarget().getRawParameterTypes().stream()
                        .noneMatch(type -> type.isEquivalentTo(Executor.class));
    }
}
