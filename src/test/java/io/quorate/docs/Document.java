package io.quorate.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One page: its fenced blocks, its anchors, its links. */
public record Document(
        Path file, List<Block> blocks, Set<String> anchors, List<Link> links, List<String> strayCommands) {
    private static final Pattern FENCE = Pattern.compile("(\\s*)(`{3,})(.*)");
    private static final Pattern ATTRIBUTE = Pattern.compile("(\\w+)=(?:\"([^\"]*)\"|(\\S+))");
    private static final Pattern HEADING = Pattern.compile("#{1,6}\\s+(.*?)\\s*#*");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
    private static final Pattern NAMED_ANCHOR = Pattern.compile("<a (?:id|name)=\"([^\"]+)\">");
    private static final Pattern INDENTED_COMMAND = Pattern.compile(
            "(?: {4,}|\\t)(?:\\$ )?(?:\\./mvnw|mvn|java|curl|quorate|consul|docker|helm|kubectl|QUORATE_\\w+=).*");

    /**
     * @param line of its fence, from 1
     * @param word empty when the fence has none
     * @param expected the output that follows
     */
    public record Block(
            Path file,
            int line,
            String word,
            Map<String, String> attributes,
            List<String> lines,
            @Nullable Block expected) {
        public boolean isRun() {
            return word.equals("sh") && !attributes.containsKey("skip");
        }

        public String text() {
            return String.join("\n", lines) + "\n";
        }

        @Override
        public String toString() {
            return file.getFileName() + ":" + line + " " + (lines.isEmpty() ? "" : lines.get(0));
        }
    }

    public record Link(int line, String target) {}

    /** README.md first, then the others by name. */
    public static List<Document> all() {
        try (Stream<Path> pages = Files.list(Path.of("src/docs"))) {
            return Stream.concat(
                            Stream.of(Path.of("README.md")),
                            pages.filter(page -> page.toString().endsWith(".md"))
                                    .sorted())
                    .map(Document::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Document read(Path file) {
        try {
            return of(file, Files.readAllLines(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Document of(Path file, List<String> lines) {
        List<Block> blocks = new ArrayList<>();
        Set<String> anchors = new LinkedHashSet<>();
        Map<String, Integer> seen = new HashMap<>();
        List<Link> links = new ArrayList<>();
        List<String> stray = new ArrayList<>();
        boolean justAfterABlock = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            Matcher fence = FENCE.matcher(line);
            if (fence.matches()) {
                int end = end(lines, i, fence.group(2));
                Block block = block(file, i + 1, fence.group(3).strip(), lines.subList(i + 1, end));
                Block before = justAfterABlock ? blocks.get(blocks.size() - 1) : null;
                if (before != null && before.word().equals("sh") && block.word().equals("text")) {
                    blocks.set(
                            blocks.size() - 1,
                            new Block(
                                    before.file(),
                                    before.line(),
                                    before.word(),
                                    before.attributes(),
                                    before.lines(),
                                    block));
                    justAfterABlock = false;
                } else {
                    blocks.add(block);
                    justAfterABlock = true;
                }
                i = end;
                continue;
            }
            justAfterABlock &= line.isBlank();
            if (INDENTED_COMMAND.matcher(line).matches()) {
                stray.add(file + ":" + (i + 1) + ": " + line.strip());
            }
            Matcher heading = HEADING.matcher(line);
            if (heading.matches()) {
                String slug = slug(heading.group(1));
                int count = seen.merge(slug, 1, Integer::sum);
                anchors.add(count == 1 ? slug : slug + "-" + (count - 1));
            }
            Matcher named = NAMED_ANCHOR.matcher(line);
            while (named.find()) {
                anchors.add(named.group(1));
            }
            Matcher link = LINK.matcher(line.replaceAll("`[^`]*`", "``"));
            while (link.find()) {
                links.add(new Link(i + 1, link.group(1)));
            }
        }
        return new Document(file, List.copyOf(blocks), anchors, List.copyOf(links), List.copyOf(stray));
    }

    private static int end(List<String> lines, int start, String ticks) {
        for (int i = start + 1; i < lines.size(); i++) {
            if (lines.get(i).strip().equals(ticks)) {
                return i;
            }
        }
        throw new IllegalArgumentException("the block that begins in line " + (start + 1) + " does not end");
    }

    private static Block block(Path file, int line, String info, List<String> lines) {
        String word = info.split("\\s", 2)[0];
        Map<String, String> attributes = new HashMap<>();
        Matcher attribute = ATTRIBUTE.matcher(info.substring(word.length()));
        while (attribute.find()) {
            attributes.put(attribute.group(1), attribute.group(2) == null ? attribute.group(3) : attribute.group(2));
        }
        return new Block(file, line, word, Map.copyOf(attributes), List.copyOf(lines), null);
    }

    /** The anchor that the usual renderers give to a heading. */
    private static String slug(String heading) {
        return heading.replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "")
                .replace(' ', '-');
    }
}
