package io.quorate.cli;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Follows an agent's log for what it tells of the cluster. Its HTTP API is the last thing that comes up, when most of the story
 * is over; the log has it from the first moment. Only shown, never decided by. Used by one thread.
 */
final class DevStory {
    private static final int MAX_READ = 64 << 10;
    private static final Pattern LINE =
            Pattern.compile("\\S+ (?:INFO|WARN|ERROR) +(?:founding|agent\\.Story): (.*?)(?: [a-z_]+=.*)?");
    /** A line about what is waited for; its pairs repeat what it says. */
    private static final Pattern REASON = Pattern.compile("[A-Z_]+: .*");

    private static final Pattern MESSAGE_AND_PAIRS = Pattern.compile("\\S+ [A-Z]+ +\\S+: (.*)");

    private final Path log;
    private long read;

    /** @param from where in the log the story of this run begins, in bytes */
    DevStory(Path log, long from) {
        this.log = log;
        this.read = from;
    }

    /** What is new since the last call, in order. */
    List<String> next() {
        byte[] bytes;
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            bytes = new byte[(int) Math.max(0, Math.min(MAX_READ, file.length() - read))];
            file.seek(read);
            file.readFully(bytes);
        } catch (IOException e) {
            return List.of();
        }
        int whole = bytes.length;
        while (whole > 0 && bytes[whole - 1] != '\n') {
            whole--;
        }
        // A line longer than a read is given up, not waited for.
        int taken = whole == 0 && bytes.length == MAX_READ ? bytes.length : whole;
        read += taken;
        List<String> told = new ArrayList<>();
        new String(bytes, 0, taken, StandardCharsets.UTF_8)
                .lines()
                .forEach(line -> tell(line).ifPresent(told::add));
        return told;
    }

    /** The part of a line that belongs to the story. */
    static Optional<String> tell(String line) {
        Matcher story = LINE.matcher(line);
        if (!story.matches()) {
            return Optional.empty();
        }
        if (REASON.matcher(story.group(1)).matches()) {
            return Optional.of(story.group(1));
        }
        Matcher whole = MESSAGE_AND_PAIRS.matcher(line);
        return whole.matches() ? Optional.of(whole.group(1)) : Optional.empty();
    }
}
