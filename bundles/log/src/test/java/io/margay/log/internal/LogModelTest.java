package io.margay.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.LeaderEpoch;
import io.margay.protocol.Errors;
import io.margay.protocol.record.CompressionType;
import io.margay.protocol.record.ControlRecordType;
import io.margay.spi.log.PartitionLog.AbortedTransaction;
import io.margay.spi.log.PartitionLog.EpochEnd;
import io.margay.spi.log.PartitionLog.FoundOffset;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The log against a model that is a list: random appends of all kinds, truncations, restarts, crashes that lose the tail, and
 * starts that move. After every step what the log says of its records, epochs, transactions and producers is what the list says.
 */
class LogModelTest {
  /** A record, or a marker, whose type then is not null. */
  private record Entry(long offset, String value, long timestamp, int epoch, long producer, int sequence, boolean transactional,
      ControlRecordType marker, long batchBase) { }

  private static final class Run {
    final Random random;
    final TestLog t;
    final List<Entry> model = new ArrayList<>();
    long start;
    long end;
    long high;
    int counter;

    Run(int seed) {
      random = new Random(seed);
      t = new TestLog(TestLog.segments(300 + random.nextInt(2000)));
    }

    void step() throws IOException {
      int dice = random.nextInt(100);
      if (dice < 30) {
        appendPlain();
      } else if (dice < 65) {
        appendOfProducer();
      } else if (dice < 75) {
        mark();
      } else if (dice < 80) {
        t.epoch += random.nextInt(2);
      } else if (dice < 84) {
        truncate(high + (end > high ? random.nextLong(end - high + 1) : 0));
      } else if (dice < 88) {
        t.restart();
      } else if (dice < 92) {
        t.crash();
      } else if (dice < 94) {
        loseTail();
      } else if (dice < 97) {
        high = Math.max(high, start + (end > start ? random.nextLong(end - start + 1) : 0));
        t.log.setHighWatermark(high);
      } else if (dice < 99) {
        start = Math.max(start, Math.min(high, start + random.nextInt(10)));
        t.log.advanceStart(start);
      } else {
        t.log.roll();
      }
    }

    void appendPlain() {
      int count = 1 + random.nextInt(4);
      String[] values = values(count);
      CompressionType codec = CompressionType.values()[random.nextInt(5)];
      long timestamp = 1000 + random.nextInt(100);
      long base = t.put(TestLog.batch(codec, -1, -1, -1, false, timestamp, values));
      assertThat(base).isEqualTo(end);
      for (int i = 0; i < count; i++) {
        model.add(new Entry(base + i, values[i].substring(2), timestamp, t.epoch, -1, -1, false, null, base));
      }
      end += count;
    }

    void appendOfProducer() {
      long producer = random.nextInt(4);
      int next = lastSequence(producer) + 1;
      boolean transactional = producer < 2;
      int count = 1 + random.nextInt(3);
      String[] values = values(count);
      int wrong = random.nextInt(10);
      if (wrong == 0 && knows(producer)) {
        assertThat(t.append(TestLog.batch(CompressionType.NONE, producer, 0, next + 7, transactional, 1000, values)).error())
            .isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
        return;
      }
      long base = t.put(TestLog.batch(CompressionType.NONE, producer, 0, next, transactional, 1000, values));
      assertThat(base).isEqualTo(end);
      for (int i = 0; i < count; i++) {
        model.add(new Entry(base + i, values[i].substring(2), 1000, t.epoch, producer, next + i, transactional, null, base));
      }
      end += count;
      if (wrong == 1) {
        assertThat(t.append(TestLog.batch(CompressionType.NONE, producer, 0, next, transactional, 1000, values)).duplicate())
            .isTrue();
      }
    }

    void mark() {
      long producer = random.nextInt(2);
      ControlRecordType type = random.nextBoolean() ? ControlRecordType.ABORT : ControlRecordType.COMMIT;
      assertThat(t.mark(producer, 0, type, 0).error()).isEqualTo(Errors.NONE);
      model.add(new Entry(end, null, t.clock.now, t.epoch, producer, -1, true, type, end));
      end++;
    }

    void truncate(long offset) throws IOException {
      t.log.truncateTo(offset, TestLog.NEWEST);
      cut(offset);
    }

    void loseTail() throws IOException {
      long to = high + (end > high ? random.nextLong(end - high + 1) : 0);
      t.store.lose(to);
      cut(to);
      t.crash();
    }

    void cut(long offset) {
      long target = offset;
      for (Entry e : model) {
        if (e.offset >= offset) {
          target = e.batchBase;
          break;
        }
      }
      long cutAt = Math.min(target, offset);
      model.removeIf(e -> e.offset >= cutAt);
      end = Math.min(end, cutAt);
      high = Math.min(high, end);
      t.log.setHighWatermark(high);
      // An epoch that nothing was written in is forgotten with the records after it; the next append says it again.
    }

    String[] values(int count) {
      String[] values = new String[count];
      for (int i = 0; i < count; i++) {
        values[i] = "k=" + counter++ + "x".repeat(random.nextInt(40));
      }
      return values;
    }

    boolean knows(long producer) {
      return model.stream().anyMatch(e -> e.producer == producer && e.marker == null && e.offset >= start);
    }

    int lastSequence(long producer) {
      int last = -1;
      for (Entry e : model) {
        last = e.producer == producer && e.marker == null ? e.sequence : last;
      }
      return last;
    }

    void verify() throws IOException {
      assertThat(new long[] {t.log.logStartOffset(), t.log.highWatermark(), t.log.logEndOffset()})
          .containsExactly(start, high, end);
      List<TestLog.Seen> expected = new ArrayList<>();
      model.stream().filter(e -> e.marker == null && e.offset >= start)
          .forEach(e -> expected.add(new TestLog.Seen(e.offset, e.timestamp, "k", e.value)));
      assertThat(t.contents()).isEqualTo(expected);
      verifyTransactions();
      verifyEpochs();
      verifyTimestamps();
    }

    void verifyTransactions() throws IOException {
      Map<Long, Long> open = new HashMap<>();
      long unstable = Long.MAX_VALUE;
      List<AbortedTransaction> aborted = new ArrayList<>();
      for (Entry e : model) {
        if (!e.transactional) {
          continue;
        }
        if (e.marker == null) {
          open.putIfAbsent(e.producer, e.offset);
          continue;
        }
        Long first = open.remove(e.producer);
        if (first != null && e.offset >= high && e.offset >= start) {
          unstable = Math.min(unstable, first);
        }
        if (first != null && e.marker == ControlRecordType.ABORT && e.offset >= start) {
          aborted.add(new AbortedTransaction(e.producer, first));
        }
      }
      for (long first : open.values()) {
        unstable = Math.min(unstable, first);
      }
      long stable = t.log.lastStableOffset();
      // After a restart ended transactions whose markers are not committed are only known when they were replayed.
      assertThat(stable).isBetween(Math.max(start, Math.min(high, unstable)), high);
      open.forEach((producer, first) -> {
        long visible = firstVisible(new AbortedTransaction(producer, first));
        assertThat(stable).isLessThanOrEqualTo(visible < 0 ? high : Math.max(visible, start));
      });
      assertThat(visible(t.log.abortedTransactions(start, Long.MAX_VALUE))).isEqualTo(visible(aborted));
    }

    /**
     * With the segments where a transaction began, and the snapshots since, its beginning is forgotten; then it begins with its
     * first record that is still there. A transaction without records has no effect.
     */
    List<AbortedTransaction> visible(List<AbortedTransaction> transactions) {
      return transactions.stream().filter(a -> firstVisible(a) >= 0)
          .map(a -> new AbortedTransaction(a.producerId(), firstVisible(a)))
          .sorted(Comparator.comparingLong(AbortedTransaction::firstOffset)).toList();
    }

    /** Offset of the first record of a transaction that can be read, or -1. */
    long firstVisible(AbortedTransaction transaction) {
      for (Entry e : model) {
        if (e.producer == transaction.producerId() && e.offset >= transaction.firstOffset() && e.transactional) {
          if (e.marker != null) {
            return -1;
          }
          if (e.offset >= start) {
            return e.offset;
          }
        }
      }
      return -1;
    }

    void verifyEpochs() {
      for (Entry e : model) {
        if (e.offset >= start) {
          assertThat(t.log.epochAt(e.offset)).isEqualTo(e.epoch);
        }
      }
      if (!model.isEmpty() && model.get(model.size() - 1).offset >= start) {
        int last = model.get(model.size() - 1).epoch;
        assertThat(t.log.latestEpoch()).isEqualTo(new LeaderEpoch(last));
        assertThat(t.log.endOfEpoch(last)).isEqualTo(new EpochEnd(last, end));
      }
    }

    void verifyTimestamps() throws IOException {
      long timestamp = 1000 + random.nextInt(100);
      FoundOffset expected = null;
      for (Entry e : model) {
        if (e.offset >= start && e.offset < high && e.timestamp >= timestamp) {
          expected = new FoundOffset(e.offset, e.timestamp, e.epoch);
          break;
        }
      }
      assertThat(t.log.findByTimestamp(timestamp)).isEqualTo(expected);
      FoundOffset max = null;
      for (Entry e : model) {
        if (e.offset >= start && (max == null || e.timestamp > max.timestamp())) {
          max = new FoundOffset(e.offset, e.timestamp, e.epoch);
        }
      }
      assertThat(t.log.findMaxTimestamp()).isEqualTo(max);
    }
  }

  @Test
  void theLogDoesWhatTheModelDoes() throws IOException {
    for (int seed = 0; seed < 25; seed++) {
      Run run = new Run(seed);
      for (int step = 0; step < 100; step++) {
        try {
          run.step();
          run.verify();
        } catch (AssertionError | RuntimeException | IOException e) {
          throw new AssertionError("seed " + seed + " step " + step + ": " + e.getMessage(), e);
        }
      }
    }
  }
}
