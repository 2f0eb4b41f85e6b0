package io.margay.shell.internal;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a command shows: facts and tables, for people or as one JSON document. One thread. */
final class Page {
  private final PrintStream out;
  private final boolean json;
  private final Map<String, Object> facts = new LinkedHashMap<>();
  private final Map<String, Table> tables = new LinkedHashMap<>();

  /**
   * @param out where to
   * @param json whether as JSON
   */
  Page(PrintStream out, boolean json) {
    this.out = out;
    this.json = json;
  }

  /** Adds a fact; key in camel case, value as in {@link Table#row}. */
  Page fact(String key, Object value) {
    facts.put(key, value);
    return this;
  }

  /** Adds a table; key in camel case. */
  Page table(String key, Table table) {
    tables.put(key, table);
    return this;
  }

  /** Prints it all: a JSON object, or lines of facts and then the tables that have rows; a table alone also if it has none. */
  void print() {
    if (json) {
      Map<String, Object> document = new LinkedHashMap<>(facts);
      tables.forEach((key, table) -> document.put(key, table.toMaps()));
      out.println(Json.document(document));
      return;
    }
    int width = facts.keySet().stream().mapToInt(k -> label(k).length()).max().orElse(0);
    facts.forEach((key, value) -> {
      String label = label(key);
      out.println((label + ":" + " ".repeat(width - label.length() + 1) + Table.cell(value)).stripTrailing());
    });
    boolean first = facts.isEmpty();
    for (Table table : tables.values()) {
      if (!facts.isEmpty() && table.toMaps().isEmpty()) {
        continue;
      }
      out.print((first ? "" : "\n") + table.toText());
      first = false;
    }
  }

  /** Prints one table: a JSON array, or the table alone. */
  static void print(PrintStream out, boolean json, Table table) {
    out.print(json ? Json.document(table.toMaps()) + "\n" : table.toText());
  }

  private static String label(String key) {
    String words = Table.header(key).toLowerCase(java.util.Locale.ROOT);
    return Character.toUpperCase(words.charAt(0)) + words.substring(1);
  }
}
