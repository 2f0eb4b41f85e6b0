package io.margay.shares.internal.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Errors;
import io.margay.shares.internal.state.StateBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Members, a log, a coordinator and crashes at random: each record that was delivered is accepted, given up or delivered again; no record has two
 * owners; none is delivered more often than the limit says; what was written is what a new leader knows.
 */
class SharePartitionModelTest {
  private static final int RECORDS = 120;
  private static final int STEPS = 600;

  /** One run. */
  private static final class Run {
    private final Random random;
    private final TestLimits limits = new TestLimits();
    private final List<LogBatch> log = new ArrayList<>();
    private final Set<Long> records = new TreeSet<>();
    /** What the coordinator has. */
    private TreeMap<Long, StateBatch> written = new TreeMap<>();
    private long writtenStart;
    /** Who has what, and until when, as the members know. */
    private final Map<Long, String> owners = new TreeMap<>();
    private final Map<Long, Long> until = new TreeMap<>();
    private final Map<Long, Integer> deliveries = new TreeMap<>();
    private final Set<Long> accepted = new TreeSet<>();
    private final Set<Long> rejected = new TreeSet<>();
    private SharePartition p;
    private SharePartition.Write write;
    private Set<Long> pendingAccepts = new TreeSet<>();
    private Set<Long> pendingRejects = new TreeSet<>();
    private Set<Long> writingAccepts = new TreeSet<>();
    private Set<Long> writingRejects = new TreeSet<>();
    private long now;
    private boolean crashed;
    private long end;

    Run(long seed) {
      random = new Random(seed);
      limits.lockMs = 50;
      limits.deliveryLimit = 2 + random.nextInt(3);
      limits.maxLocks = 10 + random.nextInt(30);
      long next = 0;
      while (next < RECORDS) {
        int gap = random.nextInt(10) == 0 ? 1 + random.nextInt(3) : 0;
        long first = next + gap;
        long last = first + random.nextInt(6);
        boolean delivered = random.nextInt(8) != 0;
        log.add(new LogBatch(first, last, delivered));
        for (long o = first; delivered && o <= last; o++) {
          records.add(o);
        }
        next = last + 1;
      }
      end = next;
      p = new SharePartition(limits, 0, List.of());
    }

    void step() {
      now += random.nextInt(4);
      switch (random.nextInt(12)) {
        case 0, 1, 2, 3 -> acquire("m" + random.nextInt(3));
        case 4, 5, 6, 7 -> acknowledge();
        case 8 -> p.expire(now);
        case 9, 10 -> writeStep();
        default -> {
          if (random.nextInt(15) == 0) {
            crash();
          }
        }
      }
    }

    private void acquire(String member) {
      long from = p.nextOffset();
      if (from < 0) {
        return;
      }
      List<LogBatch> read = new ArrayList<>();
      for (LogBatch b : log) {
        if (b.last() >= from && b.first() < p.availableUpTo(from) && read.size() < 3) {
          read.add(b);
        }
      }
      if (read.isEmpty()) {
        if (from < end) {
          p.nothingIn(from, Math.min(end, p.availableUpTo(from)));
        }
        return;
      }
      int most = 1 + random.nextInt(8);
      boolean strict = random.nextBoolean();
      long got = 0;
      for (Acquired a : p.acquire(member, from, read, most, strict, now)) {
        for (long o = a.first(); o <= a.last(); o++, got++) {
          assertThat(records).as("only records are delivered").contains(o);
          assertThat(accepted).as("what was accepted is not delivered again").doesNotContain(o);
          assertThat(rejected).doesNotContain(o);
          assertThat(until.getOrDefault(o, -1L)).as("offset " + o + " has an owner " + owners.get(o)).isLessThanOrEqualTo(now);
          int times = crashed ? a.count() : deliveries.merge(o, 1, Integer::sum);
          assertThat((int) a.count()).isEqualTo(times).isLessThanOrEqualTo(limits.deliveryLimit);
          owners.put(o, member);
          until.put(o, now + limits.lockMs);
        }
      }
      assertThat(!strict || got <= most).isTrue();
      assertThat(owners.size()).isLessThanOrEqualTo(records.size());
    }

    private void acknowledge() {
      List<Long> owned = new ArrayList<>(owners.keySet());
      if (owned.isEmpty()) {
        return;
      }
      long o = owned.get(random.nextInt(owned.size()));
      byte type = (byte) (1 + random.nextInt(4));
      Errors error = p.acknowledge(owners.get(o), List.of(new Acknowledgement(o, o, List.of(type))), now);
      if (until.get(o) <= now) {
        assertThat(error).isEqualTo(Errors.INVALID_RECORD_STATE);
      } else {
        assertThat(error).isEqualTo(Errors.NONE);
      }
      if (error != Errors.NONE) {
        owners.remove(o);
        until.remove(o);
        return;
      }
      if (type == Acknowledgement.RENEW) {
        until.put(o, now + limits.lockMs);
        return;
      }
      owners.remove(o);
      // nobody else gets it before it is written
      until.put(o, type == Acknowledgement.RELEASE ? -1L : Long.MAX_VALUE);
      if (type == Acknowledgement.ACCEPT) {
        pendingAccepts.add(o);
      } else if (type == Acknowledgement.REJECT) {
        pendingRejects.add(o);
      }
    }

    private void writeStep() {
      if (write == null) {
        write = p.beginWrite();
        if (write != null) {
          writingAccepts = pendingAccepts;
          writingRejects = pendingRejects;
          pendingAccepts = new TreeSet<>();
          pendingRejects = new TreeSet<>();
        }
        return;
      }
      boolean ok = random.nextInt(6) != 0;
      if (ok) {
        writtenStart = write.startOffset();
        for (StateBatch b : write.batches()) {
          for (long o = b.first(); o <= b.last(); o++) {
            written.put(o, new StateBatch(o, o, b.state(), b.count()));
          }
        }
        written = new TreeMap<>(written.tailMap(writtenStart, true));
        accepted.addAll(writingAccepts);
        rejected.addAll(writingRejects);
      } else {
        writingAccepts.forEach(o -> until.put(o, now + limits.lockMs));
        writingRejects.forEach(o -> until.put(o, now + limits.lockMs));
        writingAccepts.forEach(until::remove);
        writingRejects.forEach(until::remove);
      }
      p.endWrite(ok);
      write = null;
    }

    private void crash() {
      crashed = true;
      if (write != null && random.nextBoolean()) {
        writeStep();
      }
      write = null;
      pendingAccepts.clear();
      pendingRejects.clear();
      owners.clear();
      until.clear();
      p = new SharePartition(limits, writtenStart, List.copyOf(written.values()));
      assertThat(p.startOffset()).isGreaterThanOrEqualTo(writtenStart);
    }

    /** In the end every record is accepted, rejected, or was delivered as often as it may be. */
    void finish() {
      for (int i = 0; i < 10_000 && (p.nextOffset() < end && p.nextOffset() >= 0 || p.isBusy() || write != null || p.nextOffset() < 0); i++) {
        now += limits.lockMs;
        p.expire(now);
        acquire("last");
        for (long o : List.copyOf(owners.keySet())) {
          if (p.acknowledge("last", List.of(new Acknowledgement(o, o, List.of(Acknowledgement.ACCEPT))), now) == Errors.NONE) {
            pendingAccepts.add(o);
            until.put(o, Long.MAX_VALUE);
          }
          owners.remove(o);
        }
        writeStep();
        writeStep();
      }
      assertThat(p.isBusy()).isFalse();
      assertThat(p.startOffset()).isGreaterThanOrEqualTo(end);
      Set<Long> lost = new TreeSet<>(records);
      lost.removeAll(accepted);
      lost.removeAll(rejected);
      if (!crashed) {
        lost.removeIf(o -> deliveries.getOrDefault(o, 0) >= limits.deliveryLimit);
        assertThat(lost).isEmpty();
      } else {
        assertThat(lost).allSatisfy(o -> assertThat(written.containsKey(o) || o < writtenStart).isTrue());
      }
    }
  }

  @Test
  void invariantsHold() {
    for (long seed = 1; seed <= 500; seed++) {
      Run run = new Run(seed);
      try {
        for (int i = 0; i < STEPS; i++) {
          run.step();
        }
        run.finish();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
  }
}
