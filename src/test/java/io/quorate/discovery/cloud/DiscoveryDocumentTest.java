package io.quorate.discovery.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.discovery.Discovery;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What {@code src/docs/discovery.md} says is so: its examples are taken, its keys are the keys, its tests are there. */
class DiscoveryDocumentTest {
    private static final Map<String, Class<?>> TESTS = Map.of(
            "k8s", KubernetesSourceTest.class,
            "aws", AwsSourceTest.class,
            "gce", GceSourceTest.class,
            "azure", AzureSourceTest.class);

    private final String document;

    DiscoveryDocumentTest() throws IOException {
        document = Files.readString(Path.of("src/docs/discovery.md"));
    }

    @Test
    void everyExampleIsTaken() {
        Matcher examples =
                Pattern.compile("(?:-retry-join |QUORATE_RETRY_JOIN=)'([^']+)'").matcher(document);
        int found = 0;
        while (examples.find()) {
            List<String> sources = Discovery.split(examples.group(1));
            sources.forEach(Discovery::check);
            found += sources.size();
        }
        assertThat(found).isEqualTo(7);
    }

    @Test
    void everyKeyIsDescribed() {
        for (Provider provider : Provider.values()) {
            for (String key : provider.keys().split(", ", -1)) {
                assertThat(document).as("%s", provider).contains("`" + key + "`");
            }
        }
    }

    @Test
    void everyKindOfAnswerIsTestedForEveryPlatform() {
        List<String> platforms = List.of("k8s", "aws", "gce", "azure");
        for (String kind : List.of("good", "empty", "refused", "slow", "broken")) {
            String row = document.lines()
                    .filter(line -> line.startsWith("| " + kind + " |"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no row " + kind));
            String[] cells = row.split("\\|", -1);
            for (int i = 0; i < platforms.size(); i++) {
                Class<?> test = TESTS.getOrDefault(platforms.get(i), Object.class);
                String name = cells[i + 2].strip();
                Method method = Arrays.stream(test.getDeclaredMethods())
                        .filter(each -> each.getName().equals(name))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(test.getSimpleName() + " has no " + name));
                assertThat(method.isAnnotationPresent(Test.class)).as(name).isTrue();
            }
        }
    }
}
