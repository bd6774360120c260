package io.quorate.cli;

import java.util.ArrayList;
import java.util.List;

/** Columns two spaces apart, as wide as their widest cell. */
final class Table {
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... heads) {
        rows.add(List.of(heads));
    }

    /** Control characters, which a name from the network could hold, are shown as question marks. */
    Table row(String... cells) {
        if (cells.length != rows.get(0).size()) {
            throw new IllegalArgumentException("a row needs " + rows.get(0).size() + " cells, not " + cells.length);
        }
        List<String> clean = new ArrayList<>();
        for (String cell : cells) {
            clean.add(cell.isEmpty() ? "-" : cell.replaceAll("\\p{Cntrl}", "?"));
        }
        rows.add(clean);
        return this;
    }

    boolean isEmpty() {
        return rows.size() == 1;
    }

    /** Each line ends with a line break and without trailing spaces. */
    @Override
    public String toString() {
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
