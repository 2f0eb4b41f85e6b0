package io.margay.server.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Counts the requests of one event loop by API key: started, answered, answered with an error, and how long they took, from the frame to
 * the answer. Only the event loop writes, so that no lock and no shared cache line is touched; an array is made for the first request
 * of a key, and nothing after that. Any thread may read.
 *
 * <pre>
 *   row of a key:  started | answered | errors | bucket 0 | bucket 1 | ...
 * </pre>
 *
 * Buckets get wider by about half: the first one ends at 32 us, the last one takes all that is longer than a minute.
 */
final class RequestCounts {
  static final int BUCKETS = 44;
  private static final int STARTED = 0;
  private static final int ANSWERED = 1;
  private static final int ERRORS = 2;
  private static final int FIRST_BUCKET = 3;
  private static final long UNIT_MICROS = 32;
  private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

  private final AtomicReferenceArray<long[]> rows = new AtomicReferenceArray<>(HandlerTable.MAX_KEYS);

  /** A request of this key has started. On the event loop. */
  void started(short key) {
    increment(row(key), STARTED);
  }

  /** A request of this key has its answer, or none but its end. On the event loop. */
  void answered(short key, boolean error, long nanos) {
    long[] row = row(key);
    increment(row, ANSWERED);
    if (error) {
      increment(row, ERRORS);
    }
    increment(row, FIRST_BUCKET + bucket(nanos));
  }

  private long[] row(short key) {
    long[] row = rows.getPlain(key);
    if (row == null) {
      row = new long[FIRST_BUCKET + BUCKETS];
      rows.set(key, row);
    }
    return row;
  }

  /** There is one writer: opaque, so that readers see whole values, soon. */
  private static void increment(long[] row, int index) {
    LONGS.setOpaque(row, index, row[index] + 1);
  }

  /** Two buckets for each power of two. */
  static int bucket(long nanos) {
    long units = nanos / (1000 * UNIT_MICROS);
    if (units < 1) {
      return 0;
    }
    int exponent = 63 - Long.numberOfLeadingZeros(units);
    return exponent == 0 ? 1 : Math.min(BUCKETS - 1, 2 * exponent + (int) (units >> exponent - 1 & 1));
  }

  /** @return where a bucket ends, in microseconds; {@link Long#MAX_VALUE} for the last one */
  static long endMicros(int bucket) {
    if (bucket == BUCKETS - 1) {
      return Long.MAX_VALUE;
    }
    return bucket < 2 ? UNIT_MICROS << bucket : UNIT_MICROS * (3L + bucket % 2 << bucket / 2) / 2;
  }

  /**
   * The sums of all event loops: {@code API.started}, {@code API.answered}, {@code API.errors}, {@code API.micros.END} for each bucket that
   * has any, and {@code waiting}, how many requests wait for a handler now.
   */
  static Map<String, Long> read(Collection<RequestCounts> loops, HandlerTable handlers) {
    Map<String, Long> values = new TreeMap<>();
    for (short key = 0; key < HandlerTable.MAX_KEYS; key++) {
      HandlerTable.Entry entry = handlers.entry(key);
      if (entry != null) {
        for (RequestCounts loop : loops) {
          loop.addTo(values, key, entry.api().name());
        }
      }
    }
    values.put("waiting", handlers.waiting());
    return values;
  }

  private void addTo(Map<String, Long> values, short key, String api) {
    long[] row = rows.get(key);
    if (row == null) {
      return;
    }
    values.merge(api + ".answered", value(row, ANSWERED), Long::sum);
    values.merge(api + ".errors", value(row, ERRORS), Long::sum);
    values.merge(api + ".started", value(row, STARTED), Long::sum);
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      long count = value(row, FIRST_BUCKET + bucket);
      if (count > 0) {
        values.merge(api + ".micros." + endMicros(bucket), count, Long::sum);
      }
    }
  }

  private static long value(long[] row, int index) {
    return (long) LONGS.getOpaque(row, index);
  }
}
