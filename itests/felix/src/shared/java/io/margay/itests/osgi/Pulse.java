package io.margay.itests.osgi;

import java.util.Arrays;

/**
 * Answers as they come, on one or more lanes (such as partitions): the longest time without one on a lane, and how long they took.
 * Safe for all threads.
 */
public final class Pulse {
  private final long[] last;
  private long[] latencies = new long[4096];
  private int count;
  private long longest;
  private boolean on;

  /**
   * What a stretch of time was like.
   *
   * @param pauseNanos the longest time without an answer on one of the lanes, from the stretch's begin to its end
   * @param p999Nanos one answer in a thousand took longer
   * @param answers how many there were
   */
  public record Stretch(long pauseNanos, long p999Nanos, int answers) {
    /** @return the values with spaces between */
    public String toText() {
      return pauseNanos + " " + p999Nanos + " " + answers;
    }

    /** @param text from {@link #toText} */
    public static Stretch parse(String text) {
      String[] values = text.split(" ");
      return new Stretch(Long.parseLong(values[0]), Long.parseLong(values[1]), Integer.parseInt(values[2]));
    }
  }

  /** @param lanes how many lanes, numbered from 0 */
  public Pulse(int lanes) {
    last = new long[lanes];
  }

  /** A stretch begins; what came before does not count. */
  public synchronized void begin() {
    Arrays.fill(last, System.nanoTime());
    count = 0;
    longest = 0;
    on = true;
  }

  /**
   * An answer came, now.
   *
   * @param lane where
   * @param sinceNanos when it was asked for, or ought to have been, as {@link System#nanoTime} tells
   */
  public synchronized void answered(int lane, long sinceNanos) {
    if (!on) {
      return;
    }
    long now = System.nanoTime();
    longest = Math.max(longest, now - last[lane]);
    last[lane] = now;
    if (count == latencies.length) {
      latencies = Arrays.copyOf(latencies, 2 * count);
    }
    latencies[count++] = now - sinceNanos;
  }

  /** @return what it was like since {@link #begin} */
  public synchronized Stretch end() {
    on = false;
    long now = System.nanoTime();
    for (long l : last) {
      longest = Math.max(longest, now - l);
    }
    long[] sorted = Arrays.copyOf(latencies, count);
    Arrays.sort(sorted);
    return new Stretch(longest, count == 0 ? 0 : sorted[Math.max(0, (int) Math.ceil(count * 0.999) - 1)], count);
  }
}
