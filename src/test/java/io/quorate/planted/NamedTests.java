package io.quorate.planted;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectIteration;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Runs the tests that it is given, and prints those that fail; ends with another code than 0 when one of them is not there. */
final class NamedTests {
    static final String FAILED = "FAILED ";

    private NamedTests() {}

    public static void main(String... names) throws ClassNotFoundException {
        for (String name : names) {
            SummaryGeneratingListener summary = new SummaryGeneratingListener();
            LauncherFactory.create()
                    .execute(
                            LauncherDiscoveryRequestBuilder.request()
                                    .selectors(selector(name))
                                    .build(),
                            summary);
            if (summary.getSummary().getTestsFoundCount() == 0) {
                throw new IllegalArgumentException("there is no test " + name);
            }
            if (summary.getSummary().getTotalFailureCount() > 0) {
                System.out.println(FAILED + name);
            }
        }
        // Threads of a broken test may hold the process.
        System.exit(0);
    }

    static DiscoverySelector selector(String name) throws ClassNotFoundException {
        int hash = name.indexOf('#');
        int bracket = name.indexOf('[');
        Class<?> type = Class.forName("io.quorate." + name.substring(0, hash));
        String called = name.substring(hash + 1, bracket < 0 ? name.length() : bracket);
        List<Method> methods = Arrays.stream(type.getDeclaredMethods())
                .filter(m -> m.getName().equals(called) && !m.isSynthetic())
                .toList();
        if (methods.size() != 1) {
            throw new IllegalArgumentException("there are " + methods.size() + " tests called " + name);
        }
        Method method = methods.get(0);
        if (bracket < 0) {
            return selectMethod(type, method);
        }
        String constant = name.substring(bracket + 1, name.length() - 1);
        List<String> constants = Arrays.stream(method.getParameterTypes()[0].getEnumConstants())
                .map(c -> ((Enum<?>) c).name())
                .toList();
        if (!constants.contains(constant)) {
            throw new IllegalArgumentException("there is no " + constant + " for " + name);
        }
        return selectIteration(selectMethod(type, method), constants.indexOf(constant));
    }
}
