package io.margay.server.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How many descriptors this process may have, as far as the system says. Read from /proc: the management classes are slow to load. */
final class Descriptors {
  private static final String NAME = "Max open files";

  private Descriptors() { }

  /** @return the limit; {@link Integer#MAX_VALUE} when it is not known */
  static int limit() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
        if (line.startsWith(NAME)) {
          return parse(line.substring(NAME.length()).trim());
        }
      }
    } catch (IOException e) {
      return Integer.MAX_VALUE;
    }
    return Integer.MAX_VALUE;
  }

  private static int parse(String columns) {
    String soft = columns.split("\\s+")[0];
    return soft.chars().allMatch(Character::isDigit) && soft.length() < 10 ? Integer.parseInt(soft) : Integer.MAX_VALUE;
  }
}
