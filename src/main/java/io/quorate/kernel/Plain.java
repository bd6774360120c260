package io.quorate.kernel;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What people read instead of Java's own forms: {@code 30s} for {@code PT30S}, {@code no such file} for the name of an exception,
 * {@code 10.0.0.1:8300} for {@code /10.0.0.1:8300}. Whoever reads a log of this agent need not know what it is written in.
 */
public final class Plain {
    private static final String UNRESOLVED = "name not resolved";
    private static final Pattern CLASS = Pattern.compile("\\b(?:[a-z][\\w]*\\.){2,}(?:[A-Z]\\w*\\$?)+:?\\s*");
    private static final Pattern ADDRESS = Pattern.compile("(?<![\\w:/.-])[\\w.-]*/"
            + "(\\d{1,3}(?:\\.\\d{1,3}){3}|\\[[0-9a-fA-F:.]+(?:%\\w+)?\\]|[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4}){7}(?:%\\w+)?)"
            + "(?=:\\d|[^\\w.:/]|$)");
    /** What a database puts behind its words: the statement, and codes of its own. */
    private static final Pattern STATEMENT =
            Pattern.compile("(?:; SQL statement:.*)?\\s*\\[\\d+(?:\\.\\d+)*[-/]\\d+]$", Pattern.DOTALL);

    private static final int MAX_CAUSES = 16;

    private Plain() {}

    /** As it is written in settings: {@code 1m30s}, {@code 200ms}, {@code 0s}. */
    public static String duration(Duration duration) {
        if (duration.isNegative()) {
            return "-" + duration(duration.negated());
        }
        long seconds = duration.toSeconds();
        long hours = seconds / 3600;
        long minutes = seconds / 60 % 60;
        int nanos = duration.toNanosPart();
        if (seconds == 0 && nanos != 0) {
            return nanos % 1_000_000 == 0
                    ? nanos / 1_000_000 + "ms"
                    : decimal(nanos / 1_000_000, nanos % 1_000_000, 6) + "ms";
        }
        StringBuilder text = new StringBuilder();
        text.append(hours > 0 ? hours + "h" : "").append(minutes > 0 ? minutes + "m" : "");
        if (seconds % 60 != 0 || nanos != 0 || text.isEmpty()) {
            text.append(decimal(seconds % 60, nanos, 9)).append('s');
        }
        return text.toString();
    }

    /**
     * Why something failed, in one line: what the system said, or what kind of failure it is. Where a file is what is wrong, both
     * the file and the system's words are there: Java has some of them in the message, and others in the class or in a cause alone.
     */
    public static String reason(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; i < MAX_CAUSES && isWrapper(cause) && cause.getCause() != null; i++) {
            cause = cause.getCause();
        }
        FileSystemException file = fileIn(cause);
        if (file == null || file == cause) {
            return file == null ? alone(cause) : file(file);
        }
        String own = alone(cause);
        // A database tells of its file's trouble with the names of classes and the statement at which it met it.
        return cause instanceof SQLException ? file(file) : own.contains(what(file)) ? own : own + ": " + file(file);
    }

    /** The same of a failure with that file, which is named even where the failure itself does not name it. */
    public static String reason(Path file, Throwable failure) {
        String reason = reason(failure);
        return reason.contains(file.toString()) ? reason : file + ": " + reason;
    }

    /** {@link #reason(Throwable)} in a sentence that names the file already. */
    public static String reasonBeside(Path file, Throwable failure) {
        String reason = reason(failure);
        String named = file + ": ";
        return reason.startsWith(named) ? reason.substring(named.length()) : reason;
    }

    /** {@link #reason(Throwable)} of a look-up in a sentence that says the name already. */
    public static String reasonBeside(String name, UnknownHostException failure) {
        String message = String.valueOf(failure.getMessage());
        boolean said = !name.isEmpty() && (message.equals(name) || message.startsWith(name + ": "));
        String rest = said ? message.substring(Math.min(message.length(), name.length() + 2)) : message;
        return !said ? reason(failure) : rest.isEmpty() ? UNRESOLVED : UNRESOLVED + ": " + text(rest);
    }

    private static String alone(Throwable cause) {
        String message = cause.getMessage();
        if (cause instanceof UnknownHostException) {
            return message == null ? UNRESOLVED : UNRESOLVED + ": " + text(message);
        } else if (cause instanceof ClosedChannelException) {
            return "closed";
        } else if (cause instanceof TimeoutException) {
            return message == null ? "no answer in time" : text(message);
        }
        String plain = message == null ? "" : text(STATEMENT.matcher(message).replaceFirst(""));
        return plain.isEmpty() ? words(cause) : plain;
    }

    /** A text that a library made, in one line and without names of classes and Java's forms of addresses. */
    public static String text(String text) {
        String line = CLASS.matcher(text.replaceAll("\\s*\\R\\s*", " ")).replaceAll("");
        return ADDRESS.matcher(line)
                .replaceAll(found -> Matcher.quoteReplacement(address(found.group(1))))
                .strip();
    }

    /** A value as it stands in a log line or a sentence. */
    public static String value(@Nullable Object value) {
        if (value instanceof Duration duration) {
            return duration(duration);
        } else if (value instanceof InetAddress address) {
            return IpText.of(address);
        } else if (value instanceof InetSocketAddress address) {
            return address.isUnresolved()
                    ? address.getHostString() + ":" + address.getPort()
                    : IpText.beforePort(address.getAddress()) + ":" + address.getPort();
        } else if (value instanceof Throwable failure) {
            return reason(failure);
        } else if (value instanceof Optional<?> optional) {
            return value(optional.orElse(null));
        } else if (value instanceof Iterable<?> all && !(value instanceof Path)) {
            StringBuilder list = new StringBuilder("[");
            all.forEach(one -> list.append(list.length() == 1 ? "" : ", ").append(value(one)));
            return list.append(']').toString();
        }
        return String.valueOf(value);
    }

    /** Of those without a message of their own there is nothing to tell but their cause. */
    private static boolean isWrapper(Throwable failure) {
        return failure instanceof CompletionException
                || failure instanceof ExecutionException
                || failure instanceof UncheckedIOException
                || String.valueOf(failure.getCause()).equals(failure.getMessage());
    }

    private static @Nullable FileSystemException fileIn(Throwable failure) {
        Throwable each = failure;
        for (int i = 0; i < MAX_CAUSES && each != null; i++) {
            if (each instanceof FileSystemException file) {
                return file;
            }
            each = each.getCause();
        }
        return null;
    }

    private static String file(FileSystemException failure) {
        return failure.getFile() == null ? what(failure) : failure.getFile() + ": " + what(failure);
    }

    private static String what(FileSystemException failure) {
        String what;
        if (failure instanceof NoSuchFileException) {
            what = "no such file or directory";
        } else if (failure instanceof AccessDeniedException) {
            what = "permission denied";
        } else if (failure instanceof FileAlreadyExistsException) {
            what = "it exists already";
        } else if (failure instanceof NotDirectoryException) {
            what = "it is not a directory";
        } else if (failure instanceof DirectoryNotEmptyException) {
            what = "the directory is not empty";
        } else if (failure instanceof FileSystemLoopException) {
            what = "too many levels of symbolic links";
        } else {
            what = failure.getReason() == null ? words(failure) : text(failure.getReason());
        }
        return what;
    }

    /** {@code connection reset} of {@code ConnectionResetException}. */
    private static String words(Throwable failure) {
        String name = failure.getClass().getSimpleName().replaceFirst("(Exception|Error)$", "");
        String words = name.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
        return words.isEmpty() ? "no reason given" : words;
    }

    private static String address(String literal) {
        boolean bracketed = literal.startsWith("[");
        String bare = bracketed ? literal.substring(1, literal.length() - 1) : literal;
        int zone = bare.indexOf('%');
        try {
            // Digits and colons only: nobody is asked.
            InetAddress address = InetAddress.getByName(zone < 0 ? bare : bare.substring(0, zone));
            return IpText.beforePort(address);
        } catch (UnknownHostException e) {
            return literal;
        }
    }

    private static String decimal(long whole, long fraction, int digits) {
        if (fraction == 0) {
            return Long.toString(whole);
        }
        return whole + "."
                + String.format(Locale.ROOT, "%0" + digits + "d", fraction).replaceFirst("0+$", "");
    }
}
