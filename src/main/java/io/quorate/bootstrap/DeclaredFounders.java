package io.quorate.bootstrap;

import io.quorate.kernel.NodeName;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;

/** Declared founders beside the names that the servers bear: a founder is known by its node name, letter by letter. */
final class DeclaredFounders {
    private final SortedSet<NodeName> declared;
    private final SortedSet<NodeName> here;

    DeclaredFounders(Collection<NodeName> declared, Collection<NodeName> here) {
        this.declared = new TreeSet<>(declared);
        this.here = new TreeSet<>(here);
    }

    /** Each declared founder that is not here while a server that is not declared bears nearly its name: {@code f1 is not f1.example.com}. */
    List<String> nearly() {
        return declared.stream()
                .filter(name -> !here.contains(name))
                .flatMap(name -> here.stream()
                        .filter(other -> !declared.contains(other) && means(name, other))
                        .map(other -> name + " is not " + other))
                .toList();
    }

    /** Short against long, capitals, a dot at the end: what people take for the same name. */
    private static boolean means(NodeName one, NodeName other) {
        String first = label(one);
        // The labels of an address are no names.
        return first.chars().anyMatch(Character::isLetter) && first.equals(label(other));
    }

    private static String label(NodeName name) {
        String lower = name.value().toLowerCase(Locale.ROOT);
        int dot = lower.indexOf('.');
        return dot < 0 ? lower : lower.substring(0, dot);
    }
}
