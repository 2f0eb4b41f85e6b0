package io.margay.itests.hostile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The table of all attacks, printed and kept in {@code target/hostile/hostile.txt}. */
final class HostileReport {
  private static final String FORMAT = "%-14s %-5s %-72s %-46s %9s %7s  %s%n";

  private final List<String> lines = new ArrayList<>();

  private final String file;

  HostileReport() {
    this("hostile.txt");
  }

  HostileReport(String file) {
    this.file = file;
    lines.add(FORMAT.formatted("row", "heap", "sent", "answer", "client ms", "RSS MB", "verdict"));
  }

  void add(Attack attack, String heap, String answer, HostileBroker.Outcome outcome, String verdict) {
    String line = FORMAT.formatted(attack.row(), heap, attack.sent(), answer, outcome.maxMs(), outcome.peakMb(), verdict);
    System.out.print(line);
    lines.add(line);
  }

  void write() throws IOException {
    Path dir = Files.createDirectories(Path.of(System.getProperty("hostile.report.dir")));
    String table = String.join("", lines);
    Files.writeString(dir.resolve(file), table);
    System.out.println("\n" + table);
  }
}
