package io.margay.simulation;

import java.util.ArrayDeque;

/** What happened: the last lines, and a hash of all of them. Two runs of a seed have the same. */
final class Trace {
  private static final int KEPT = 200;

  private final World world;
  private final ArrayDeque<String> last = new ArrayDeque<>();
  private long hash = 1;
  private long lines;

  Trace(World world) {
    this.world = world;
  }

  void add(String format, Object... values) {
    String line = String.format("%11.3f ms  ", world.nowMicros() / 1000.0) + String.format(format, values);
    lines++;
    hash = hash * 0x9E3779B97F4A7C15L + line.hashCode();
    if (last.size() == KEPT) {
      last.removeFirst();
    }
    last.addLast(line);
    if (Boolean.getBoolean("simulation.print")) {
      System.out.println(line);
    }
  }

  /** Identifies everything that happened until now. */
  String fingerprint() {
    return lines + "-" + Long.toHexString(hash);
  }

  String text() {
    return String.join("\n", last);
  }
}
