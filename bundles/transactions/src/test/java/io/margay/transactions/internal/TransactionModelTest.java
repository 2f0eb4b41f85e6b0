package io.margay.transactions.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.spi.partition.TransactionVerifier.Claim;
import io.margay.transactions.internal.operations.EndOperations.Ended;
import io.margay.transactions.internal.state.Transaction;
import io.margay.transactions.internal.state.TransactionStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Producers of one transactional id, of both versions of the protocol, write to partitions, while the coordinator crashes with what is
 * not committed, answers are lost, markers are written in part, twice and late, and zombies go on. In the end a model of the partitions
 * says whether each transaction is all or nothing, once and in order.
 */
class TransactionModelTest {
  private static final int SEEDS = Integer.getInteger("seeds", 400);
  private static final int STEPS = 250;
  private static final int PARTITIONS = 3;

  /** A partition as the log keeps it: records of open transactions, then of ended ones; epochs fence. */
  private static final class Partition {
    private final List<Integer> visible = new ArrayList<>();
    private final Map<Long, List<Integer>> open = new HashMap<>();
    private final Map<Long, Short> epochs = new HashMap<>();

    boolean append(Claim claim, int value) {
      if (claim.producerEpoch() < epochs.getOrDefault(claim.producerId(), (short) 0)) {
        return false;
      }
      epochs.put(claim.producerId(), claim.producerEpoch());
      open.computeIfAbsent(claim.producerId(), p -> new ArrayList<>()).add(value);
      return true;
    }

    boolean has(Claim claim) {
      return open.containsKey(claim.producerId()) && epochs.get(claim.producerId()) == claim.producerEpoch();
    }

    void mark(Transaction t) {
      if (t.producer().epoch() < epochs.getOrDefault(t.producer().id(), (short) 0)) {
        return;
      }
      epochs.put(t.producer().id(), t.producer().epoch());
      List<Integer> ended = open.remove(t.producer().id());
      if (ended != null && t.status() == TransactionStatus.PREPARE_COMMIT) {
        visible.addAll(ended);
      }
    }
  }

  /** What a producer has sent in its transaction, and what it knows of its end. */
  private static final class Sent {
    private final Map<Integer, List<Integer>> values = new HashMap<>();
    private boolean commits;
    private boolean aborts;
    private boolean confirmed;
  }

  private static final class Producer {
    private final int version;
    private Claim claim;
    private Sent current;
    private boolean dead;

    Producer(int version) {
      this.version = version;
    }
  }

  private final class Run extends ShardFixture {
    private final Random random;
    private final List<Partition> partitions = new ArrayList<>();
    private final List<Sent> all = new ArrayList<>();
    private final List<Producer> producers = new ArrayList<>();
    private int nextValue;

    Run(long seed) {
      random = new Random(seed);
      for (int i = 0; i < PARTITIONS; i++) {
        partitions.add(new Partition());
      }
      log.hold = true;
    }

    void step() {
      switch (random.nextInt(14)) {
        case 0 -> begin();
        case 1, 2, 3, 4, 5 -> send();
        case 6, 7 -> end(random.nextInt(3) > 0);
        case 8, 9, 10 -> markSome();
        case 11, 12 -> log.commit();
        default -> {
          if (random.nextInt(3) == 0) {
            restart();
          } else {
            time.advance(random.nextInt(TIMEOUT_MS));
            run((s, now) -> s.ends().abortLate(now));
          }
        }
      }
    }

    private void begin() {
      Producer next = new Producer(random.nextBoolean() ? Transaction.V2 : 0);
      CompletableFuture<?> asked = tryInit(-1, -1).thenAccept(done -> {
        if (done.error() == Errors.NONE) {
          next.claim = new Claim(ID, done.producerId(), done.epoch());
          producers.add(next);
        }
      });
      log.commit();
      assertThat(asked).isDone();
    }

    private Producer some() {
      return producers.isEmpty() ? null : producers.get(Math.max(0, producers.size() - 1 - random.nextInt(2)));
    }

    private void send() {
      Producer p = some();
      if (p == null || p.dead || p.current != null && (p.current.commits || p.current.aborts)) {
        return;
      }
      int index = random.nextInt(PARTITIONS);
      TopicPartition tp = new TopicPartition("t", index);
      Partition partition = partitions.get(index);
      // the client adds the partition itself, or the leader does with the first batch
      boolean known = p.version == Transaction.V2 ? partition.has(p.claim) : p.current != null && p.current.values.containsKey(index);
      if (!known) {
        CompletableFuture<Errors> added = run((s, now) -> s.partitions().add(p.claim, Set.of(tp), p.version, now));
        log.commit();
        Errors error = error(added);
        if (error != Errors.NONE) {
          p.dead |= error != Errors.CONCURRENT_TRANSACTIONS;
          return;
        }
      }
      if (!partition.has(p.claim) && verify(p.claim, tp) != Errors.NONE) {
        return;
      }
      int value = nextValue++;
      if (!partition.append(p.claim, value)) {
        p.dead = true;
        return;
      }
      if (p.current == null) {
        p.current = new Sent();
        all.add(p.current);
      }
      p.current.values.computeIfAbsent(index, i -> new ArrayList<>()).add(value);
    }

    private void end(boolean commit) {
      Producer p = some();
      if (p == null || p.dead || p.current == null) {
        return;
      }
      Sent sent = p.current;
      boolean decided = sent.commits || sent.aborts ? sent.commits : commit;
      sent.commits = decided;
      sent.aborts = !decided;
      CompletableFuture<Ended> answer = end(p.claim, decided, p.version);
      if (random.nextInt(4) > 0) {
        log.commit();
      }
      if (!answer.isDone() || random.nextInt(5) == 0) {
        // the answer is lost; the producer asks again later
        return;
      }
      Errors error = error(answer);
      if (error == Errors.NONE) {
        sent.confirmed = true;
        p.claim = new Claim(ID, answer.join().producerId(), answer.join().epoch());
        p.current = null;
      } else if (error == Errors.PRODUCER_FENCED || error == Errors.INVALID_TXN_STATE || error == Errors.INVALID_PRODUCER_ID_MAPPING) {
        p.dead = true;
      }
    }

    private void markSome() {
      if (markers.isEmpty()) {
        return;
      }
      Transaction t = markers.get(random.nextInt(markers.size()));
      boolean whole = random.nextBoolean();
      for (TopicPartition tp : t.partitions()) {
        if (whole || random.nextBoolean()) {
          partitions.get(tp.partition()).mark(t);
        }
      }
      if (whole) {
        markers.remove(t);
        run((s, now) -> s.completion().complete(t, now));
      }
    }

    void finish() {
      for (int i = 0; i < 5; i++) {
        time.advance(TIMEOUT_MS + 2_000);
        log.commit();
        run((s, now) -> s.ends().abortLate(now));
        log.commit();
        for (Transaction t : List.copyOf(markers)) {
          t.partitions().forEach(tp -> partitions.get(tp.partition()).mark(t));
        }
        writeMarkers();
        log.commit();
      }
    }

    void check(String seed) {
      for (int i = 0; i < PARTITIONS; i++) {
        assertThat(partitions.get(i).open).as("hanging transactions, %s", seed).isEmpty();
        assertThat(partitions.get(i).visible).as("once and in order, %s", seed).isSorted().doesNotHaveDuplicates();
      }
      for (Sent sent : all) {
        Set<Boolean> seen = new HashSet<>();
        sent.values.forEach((i, values) -> values.forEach(v -> seen.add(partitions.get(i).visible.contains(v))));
        assertThat(seen).as("all or nothing, %s", seed).hasSizeLessThanOrEqualTo(1);
        if (sent.confirmed) {
          assertThat(seen).as("as confirmed, %s", seed).containsExactly(sent.commits);
        } else if (!sent.commits) {
          assertThat(seen).as("never committed, %s", seed).doesNotContain(true);
        }
      }
    }
  }

  @Test
  void allOrNothingOnceAndInOrder() {
    long first = Long.getLong("seed", 1);
    for (long seed = first; seed < first + SEEDS; seed++) {
      Run run = new Run(seed);
      for (int i = 0; i < STEPS; i++) {
        run.step();
      }
      run.finish();
      run.check("seed " + seed);
    }
  }
}
