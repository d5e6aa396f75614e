package org.fdistill.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** A table in plain text: columns aligned, numbers to the right. */
public final class Table {
  private final List<String> header;
  private final List<List<String>> rows = new ArrayList<>();

  /** Makes a table without rows. */
  public Table(String... header) {
    this.header = List.of(header);
  }

  /** Adds a row of as many cells as the header has. */
  public Table row(Object... cells) {
    if (cells.length != header.size()) {
      throw new IllegalArgumentException(cells.length + " cells below " + header);
    }
    List<String> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(TerminalText.part(String.valueOf(cell)));
    }
    rows.add(row);
    return this;
  }

  /** The header, a rule, and a line a row. */
  List<String> lines() {
    List<Integer> widths = columns().mapToObj(this::width).toList();
    List<String> lines = new ArrayList<>();
    lines.add(line(header, widths));
    lines.add("-".repeat(widths.stream().mapToInt(w -> w + 2).sum() - 2));
    rows.forEach(row -> lines.add(line(row, widths)));
    return lines;
  }

  private String line(List<String> cells, List<Integer> widths) {
    StringBuilder line = new StringBuilder();
    columns()
        .forEach(
            column -> {
              String cell = cells.get(column);
              String blanks = " ".repeat(widths.get(column) - cell.length());
              line.append(column == 0 ? "" : "  ");
              line.append(numeric(column) ? blanks + cell : cell + blanks);
            });
    return line.toString().stripTrailing();
  }

  private IntStream columns() {
    return IntStream.range(0, header.size());
  }

  private int width(int column) {
    int widest = rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    return Math.max(widest, header.get(column).length());
  }

  /** Whether every cell of a column starts as a number or says that there is none. */
  private boolean numeric(int column) {
    return !rows.isEmpty()
        && rows.stream().allMatch(row -> row.get(column).matches("[-+]?[0-9.].*|-|"));
  }
}
