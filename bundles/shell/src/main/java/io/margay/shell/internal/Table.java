package io.margay.shell.internal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Rows under column headers. A column's key, in camel case, is its key in JSON; its header is the key's words in capitals.
 * Numbers are aligned to the right; null is shown as {@code -}.
 */
final class Table {
  private static final String GAP = "  ";
  private final List<String> keys;
  private final List<List<Object>> rows = new ArrayList<>();

  Table(String... keys) {
    this.keys = List.of(keys);
  }

  /** Adds a row, a value for each column: text, number, boolean, null, or a collection of them. */
  Table row(Object... values) {
    if (values.length != keys.size()) {
      throw new IllegalArgumentException(values.length + " values for " + keys.size() + " columns");
    }
    rows.add(new ArrayList<>(java.util.Arrays.asList(values)));
    return this;
  }

  /** For JSON: one map for each row. */
  List<Map<String, Object>> toMaps() {
    List<Map<String, Object>> maps = new ArrayList<>();
    for (List<Object> row : rows) {
      Map<String, Object> map = new LinkedHashMap<>();
      for (int i = 0; i < keys.size(); i++) {
        map.put(keys.get(i), row.get(i));
      }
      maps.add(map);
    }
    return maps;
  }

  /** For people: header and rows, each line with its line end. */
  String toText() {
    int columns = keys.size();
    int[] widths = new int[columns];
    boolean[] right = new boolean[columns];
    for (int i = 0; i < columns; i++) {
      int column = i;
      widths[i] = header(keys.get(i)).length();
      right[i] = rows.stream().anyMatch(r -> r.get(column) instanceof Number)
          && rows.stream().allMatch(r -> r.get(column) == null || r.get(column) instanceof Number);
      for (List<Object> row : rows) {
        widths[i] = Math.max(widths[i], width(cell(row.get(i))));
      }
    }
    StringBuilder text = new StringBuilder();
    line(text, keys.stream().map(Table::header).toList(), widths, right);
    for (List<Object> row : rows) {
      line(text, row.stream().map(Table::cell).toList(), widths, right);
    }
    return text.toString();
  }

  private static void line(StringBuilder text, List<String> cells, int[] widths, boolean[] right) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String pad = " ".repeat(widths[i] - width(cells.get(i)));
      line.append(i == 0 ? "" : GAP).append(right[i] ? pad : "").append(cells.get(i)).append(right[i] ? "" : pad);
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }

  static String header(String key) {
    return key.replaceAll("([a-z])([A-Z])", "$1 $2").toUpperCase(Locale.ROOT);
  }

  /** A value in one line, without characters that a terminal would obey. */
  static String cell(Object value) {
    if (value == null || "".equals(value)) {
      return "-";
    }
    if (value instanceof Collection<?> many) {
      return many.isEmpty() ? "-" : many.stream().map(Table::cell).collect(Collectors.joining(","));
    }
    return Printable.of(value.toString());
  }
}
