package io.margay.itests.felix;

import io.margay.itests.osgi.Pulse;
import io.margay.itests.osgi.Traffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** The figures of {@link HotSwapIT}, as a table and as JSON. Not safe for several threads. */
final class HotSwapReport {
  /** What differs by less than this cannot be measured: the sender's period, and the pauses of a machine with two cores. */
  private static final long RESOLUTION_NANOS = 20_000_000;
  private static final String HEAD = "%-13s %5s %7s | %8s %8s | %8s %8s | %8s %8s | %-24s %8s %8s | %7s %s%n";

  private final int times;
  private final boolean retries;
  private final List<Row> rows = new ArrayList<>();

  /** @param times how often each part was updated */
  HotSwapReport(int times, boolean retries) {
    this.times = times;
    this.retries = retries;
  }

  /** One stretch of time, with and without updates. */
  static final class Stretches {
    private Pulse.Stretch produced;
    private Pulse.Stretch consumed;
    private Pulse.Stretch calls;

    /** @param calls of what only this part serves, or null */
    void set(Pulse.Stretch produced, Pulse.Stretch consumed, Pulse.Stretch calls) {
      this.produced = produced;
      this.consumed = consumed;
      this.calls = calls;
    }

    private long longestPause() {
      return Math.max(produced.pauseNanos(), consumed.pauseNanos());
    }
  }

  /** The figures of one part. */
  final class Row {
    private final SwapPart part;
    private final Stretches baseline = new Stretches();
    private final Stretches swaps = new Stretches();
    private Map<String, Long> failures = new TreeMap<>();
    private long longestUpdateNanos;
    private int updates;
    private long retried;
    private int problems;
    private boolean absent;

    private Row(SwapPart part) {
      this.part = part;
    }

    /** The part is not in the distribution. */
    void absent() {
      absent = true;
    }

    Stretches baseline() {
      return baseline;
    }

    Stretches swaps() {
      return swaps;
    }

    void update(long nanos) {
      updates++;
      longestUpdateNanos = Math.max(longestUpdateNanos, nanos);
    }

    /** @param count records that the producer sent again; @param failed what failed without retries */
    void retried(long count, Map<String, Long> failed) {
      retried = count;
      failures = failed;
    }

    void problems(int count) {
      problems = count;
    }

    private String verdict() {
      if (absent) {
        return "not in the distribution";
      } else if (swaps.produced == null) {
        return "FAILED";
      }
      // The pause of the clients that notice it: callers of groups; producers and consumers for the other parts.
      long pause = part == SwapPart.GROUPS ? swaps.calls.pauseNanos() : swaps.longestPause();
      String aim = "";
      if (part.targetMs() > 0) {
        aim = "< " + part.targetMs() + " ms: " + (pause < part.targetMs() * 1_000_000L ? "met" : "MISSED");
      } else if (part.targetMs() == 0) {
        aim = "no pause: " + (pause < baseline.longestPause() + RESOLUTION_NANOS ? "met" : "MISSED");
      }
      return aim + (failures.isEmpty() ? "" : " failed=" + failures) + (problems == 0 ? "" : " PROBLEMS=" + problems);
    }
  }

  /** A row for a part. */
  Row row(SwapPart part) {
    Row row = new Row(part);
    rows.add(row);
    return row;
  }

  private static String ms(Stretches s, Function<Stretches, Pulse.Stretch> which, Function<Pulse.Stretch, Long> value) {
    Pulse.Stretch stretch = which.apply(s);
    return stretch == null ? "-" : ms(value.apply(stretch));
  }

  private static String ms(long nanos) {
    return String.format(Locale.ROOT, "%.1f", nanos / 1e6);
  }

  private String table() {
    StringBuilder out = new StringBuilder(String.format("""
        Parts updated under load, %d times each; %s.
        The producer sends %d records a second to %d partitions. Milliseconds; base: a stretch of as many records without updates.
        produce: the longest time without an acknowledgement on a partition; p99.9: from when a record was due;
        consume: the longest time without a record on a partition; use: the longest time without an answer to what needs this part.
        "No pause" allows %d ms.

        """, times, retries ? "acks=all, idempotent, 5 requests in flight" : "acks=all, no retries, not idempotent",
        Traffic.RATE, Traffic.PARTITIONS, RESOLUTION_NANOS / 1_000_000));
    out.append(String.format(HEAD, "part", "times", "update", "produce", "", "p99.9", "", "consume", "", "use", "", "", "retried",
        "aim"));
    out.append(String.format(HEAD, "", "", "max", "base", "swaps", "base", "swaps", "base", "swaps", "", "base", "swaps", "records",
        ""));
    for (Row r : rows) {
      out.append(String.format(HEAD, r.part.bundle(), r.updates, ms(r.longestUpdateNanos),
          ms(r.baseline, s -> s.produced, Pulse.Stretch::pauseNanos), ms(r.swaps, s -> s.produced, Pulse.Stretch::pauseNanos),
          ms(r.baseline, s -> s.produced, Pulse.Stretch::p999Nanos), ms(r.swaps, s -> s.produced, Pulse.Stretch::p999Nanos),
          ms(r.baseline, s -> s.consumed, Pulse.Stretch::pauseNanos), ms(r.swaps, s -> s.consumed, Pulse.Stretch::pauseNanos),
          r.part.use() == null ? "" : r.part.use(), ms(r.baseline, s -> s.calls, Pulse.Stretch::pauseNanos),
          ms(r.swaps, s -> s.calls, Pulse.Stretch::pauseNanos), r.retried, r.verdict()));
    }
    return out.toString().replaceAll(" +\n", "\n");
  }

  private String json() {
    List<String> parts = rows.stream().map(r -> "  {\"part\": \"" + r.part.bundle() + "\", \"updates\": " + r.updates
        + ", \"longestUpdateMs\": " + ms(r.longestUpdateNanos) + ", \"retriedRecords\": " + r.retried
        + ", \"problems\": " + r.problems + ",\n   \"baseline\": " + json(r.baseline) + ",\n   \"swaps\": " + json(r.swaps)
        + ",\n   \"targetMs\": " + (r.part.targetMs() < 0 ? "null" : r.part.targetMs())
        + ", \"verdict\": \"" + r.verdict() + "\"}").toList();
    return "{\"times\": " + times + ", \"retries\": " + retries + ", \"recordsPerSecond\": " + Traffic.RATE + ", \"parts\": [\n"
        + String.join(",\n", parts) + "\n]}\n";
  }

  private static String json(Stretches s) {
    return "{\"produce\": " + json(s.produced) + ", \"consume\": " + json(s.consumed) + ", \"use\": " + json(s.calls) + "}";
  }

  private static String json(Pulse.Stretch s) {
    return s == null ? "null" : "{\"longestPauseMs\": " + ms(s.pauseNanos()) + ", \"p999Ms\": " + ms(s.p999Nanos())
        + ", \"answers\": " + s.answers() + "}";
  }

  /** Writes both into a directory, and the table to standard output. */
  void write(Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("hot-swap.txt"), table());
    Files.writeString(directory.resolve("hot-swap.json"), json());
    System.out.print(table());
  }
}
