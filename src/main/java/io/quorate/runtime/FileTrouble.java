package io.quorate.runtime;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * What went wrong with a file, as {@code <file>: permission denied}. Java's exceptions say the one or the other: some have only
 * the path as their message, and their class for what happened, others only the system's words.
 */
public final class FileTrouble {
    /** Exceptions that carry no reason, in the words that the system has for it. */
    private static final Map<Class<?>, String> WORDS = Map.of(
            AccessDeniedException.class, "permission denied",
            NoSuchFileException.class, "no such file or directory",
            FileAlreadyExistsException.class, "file exists",
            DirectoryNotEmptyException.class, "directory not empty",
            NotDirectoryException.class, "not a directory",
            FileSystemLoopException.class, "too many levels of symbolic links");

    private FileTrouble() {}

    /** Of whatever was thrown: a failure of a file that is its cause is what counts. */
    public static String words(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof FileSystemException files) {
                return words(files);
            }
        }
        String message = failure.getMessage();
        return message == null || message.isBlank() ? bare(failure) : message;
    }

    /** With the file, where the failure itself does not name one. */
    public static String words(Path file, IOException failure) {
        String words = words(failure);
        return words.contains(file.toString()) || failure instanceof FileSystemException
                ? words
                : file + ": " + lowered(words);
    }

    private static String words(FileSystemException failure) {
        String reason = failure.getReason();
        String said = reason == null || reason.isBlank() ? WORDS.getOrDefault(failure.getClass(), "") : lowered(reason);
        String what = said.isEmpty() ? bare(failure) : said;
        return failure.getFile() == null ? what : failure.getFile() + ": " + what;
    }

    private static String lowered(String words) {
        return words.substring(0, 1).toLowerCase(Locale.ROOT) + words.substring(1);
    }

    /** {@code ClosedChannelException} as {@code closed channel}: its name is all there is. */
    private static String bare(Throwable failure) {
        return failure.getClass()
                .getSimpleName()
                .replaceAll("(Exception|Error)$", "")
                .replaceAll("([a-z])([A-Z])", "$1 $2")
                .toLowerCase(Locale.ROOT);
    }
}
