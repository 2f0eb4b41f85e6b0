package io.margay.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The start time of this process, including the script.
 *
 * <p>On Linux the kernel provides it in hundredths of a second. The JDK's value is not used: it adds the boot time, which the kernel
 * gives in whole seconds, and its management classes take 30 ms to load.
 */
final class ProcessClock {
  private static final int TICKS_PER_SECOND = 100;

  private ProcessClock() {}

  /** Milliseconds since the epoch; the current time if the system does not provide the start time. */
  static long startMs() {
    long nowMs = System.currentTimeMillis();
    try {
      String stat = Files.readString(Path.of("/proc/self/stat"), StandardCharsets.ISO_8859_1);
      String uptime = Files.readString(Path.of("/proc/uptime"), StandardCharsets.ISO_8859_1);
      return nowMs - ageMs(stat, uptime);
    } catch (IOException | RuntimeException e) {
      return nowMs;
    }
  }

  /** The process's age from the contents of {@code /proc/self/stat} and {@code /proc/uptime}. */
  static long ageMs(String stat, String uptime) {
    // The second field is the command in parentheses and may hold anything; field 22 is the start in ticks since boot.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    long startTicks = Long.parseLong(fields[22 - 3]);
    double uptimeSeconds = Double.parseDouble(uptime.substring(0, uptime.indexOf(' ')));
    return Math.max(0, Math.round(uptimeSeconds * 1000) - startTicks * 1000 / TICKS_PER_SECOND);
  }
}
