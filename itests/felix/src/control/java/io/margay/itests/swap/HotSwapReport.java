package io.margay.itests.swap;

import io.margay.itests.osgi.Pulse;
import io.margay.itests.osgi.Traffic;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** What clients saw while parts were updated, as a table and as JSON. Not safe for several threads. */
public final class HotSwapReport {
  /** What differs by less than this cannot be measured: the sender's period, and the pauses of a machine with two cores. */
  private static final long RESOLUTION_NANOS = 20_000_000;
  private static final String HEAD = "%-13s %5s %7s | %8s %8s | %8s %8s | %8s %8s | %-24s %8s %8s | %7s %s%n";

  private final String container;
  private final int times;
  private final boolean retries;
  private final List<Row> rows = new ArrayList<>();
  private final double loadAtBegin = load();

  /**
   * What is updated.
   *
   * @param bundle the bundle's name without what all names begin with
   * @param targetMs the longest pause that is aimed at, in milliseconds: 0 for none that can be measured, below 0 for no aim
   * @param use what else uses it, or null
   */
  public record Part(String bundle, int targetMs, String use) { }

  /**
   * @param container where the broker runs; the document has a table for each
   * @param times how often each part was updated
   * @param retries whether the producer sends again what failed
   */
  public HotSwapReport(String container, int times, boolean retries) {
    this.container = container;
    this.times = times;
    this.retries = retries;
  }

  /** Stretches of time, each with one update or all without; and the longest of all. */
  public static final class Stretches {
    private final List<Long> acknowledged = new ArrayList<>();
    private final List<Long> read = new ArrayList<>();
    private Pulse.Stretch produced;
    private Pulse.Stretch consumed;
    private Pulse.Stretch calls;

    /** @param called of what only this part serves, or null */
    public void add(Pulse.Stretch produces, Pulse.Stretch consumes, Pulse.Stretch called) {
      // A stretch is short: what one answer in a thousand exceeds is the longest.
      acknowledged.add(produces.p999Nanos());
      read.add(consumes.pauseNanos());
      produced = longer(produced, produces);
      consumed = longer(consumed, consumes);
      calls = called == null ? null : longer(calls, called);
    }

    private static Pulse.Stretch longer(Pulse.Stretch a, Pulse.Stretch b) {
      return a == null ? b : new Pulse.Stretch(Math.max(a.pauseNanos(), b.pauseNanos()), Math.max(a.p999Nanos(), b.p999Nanos()),
          a.answers() + b.answers());
    }

    private long longestPause() {
      return Math.max(produced.pauseNanos(), consumed.pauseNanos());
    }

    /** @return the median, and the longest in brackets */
    private static String median(List<Long> nanos) {
      List<Long> sorted = nanos.stream().sorted().toList();
      return sorted.isEmpty() ? "-" : String.format(Locale.ROOT, "%d (%d)", sorted.get(sorted.size() / 2) / 1_000_000,
          sorted.get(sorted.size() - 1) / 1_000_000);
    }
  }

  /** The figures of one part. */
  public final class Row {
    private final Part part;
    private final Stretches baseline = new Stretches();
    private final Stretches swaps = new Stretches();
    private Map<String, Long> failures = new TreeMap<>();
    private long longestUpdateNanos;
    private int updates;
    private long retried;
    private int problems;
    private boolean absent;
    private boolean passed;

    private Row(Part part) {
      this.part = part;
    }

    /** The part is not in the distribution. */
    public void absent() {
      absent = true;
    }

    public Stretches baseline() {
      return baseline;
    }

    public Stretches swaps() {
      return swaps;
    }

    public void update(long nanos) {
      updates++;
      longestUpdateNanos = Math.max(longestUpdateNanos, nanos);
    }

    /** @param count records that the producer sent again; @param failed what failed without retries */
    public void retried(long count, Map<String, Long> failed) {
      retried = count;
      failures = failed;
    }

    public void problems(int count) {
      problems = count;
    }

    /** Nothing went wrong, and no connection was lost. */
    public void passed() {
      passed = true;
    }

    private String verdict() {
      if (absent) {
        return "not in the distribution";
      } else if (swaps.produced == null) {
        return "FAILED";
      }
      // The pause of the clients that notice it: callers of groups; producers and consumers for the other parts.
      long pause = part.bundle().equals("groups") && swaps.calls != null ? swaps.calls.pauseNanos() : swaps.longestPause();
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
  public Row row(Part part) {
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

  /** The table for the documentation: medians, which say what to expect where one pause of the machine does not count. */
  private String markdown() {
    StringBuilder out = new StringBuilder(String.format(Locale.ROOT, """
        Measured in %s by `HotSwapIT` with a producer of %d records a second (%s) to %d partitions and a group of two consumers, each
        part updated %d times, on %d processors at a load of %.1f at the start and %.1f at the end: a load above the number of processors means that
        other programs made the pauses longer. Milliseconds: the median, and the longest in brackets. *Without* is the same without an update.

        | part | longest acknowledgement | without | longest time between two reads | without | errors, rebalances, lost connections |
        |---|---|---|---|---|---|
        """, container, Traffic.RATE, retries ? "acks=all, idempotent" : "acks=all, no retries", Traffic.PARTITIONS, times,
        Runtime.getRuntime().availableProcessors(), loadAtBegin, load()));
    for (Row r : rows) {
      if (!r.absent) {
        out.append(String.format("| `%s` | %s | %s | %s | %s | %s |%n", r.part.bundle(), Stretches.median(r.swaps.acknowledged),
            Stretches.median(r.baseline.acknowledged), Stretches.median(r.swaps.read), Stretches.median(r.baseline.read),
            r.passed ? "0" : "see the report"));
      }
    }
    return out.toString();
  }

  private static double load() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  /** Puts the table into a document, between two lines that mark its place. */
  public void writeInto(Path document) throws IOException {
    String text = Files.readString(document);
    String begin = "<!-- The table of pauses in " + container + ": generated by .ci/hot-swap with WRITE=1. -->";
    String end = "<!-- The end of the table of pauses in " + container + ". -->";
    int from = text.indexOf(begin) + begin.length();
    int to = text.indexOf(end);
    if (from < begin.length() || to < from) {
      throw new IOException(document + " has no place for the table, between " + begin + " and " + end);
    }
    Files.writeString(document, text.substring(0, from) + "\n\n" + markdown() + "\n" + text.substring(to));
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
  public void write(Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("hot-swap.txt"), table());
    Files.writeString(directory.resolve("hot-swap.json"), json());
    Files.writeString(directory.resolve("hot-swap.md"), markdown());
    System.out.print(table());
  }
}
