package io.margay.itests.randomrun;

import io.margay.itests.Broker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;

/**
 * Kills, stops, moves between engines, updates of parts, deletions and other settings under two idempotent producers, small segments,
 * retention and compaction; after each step everything is read and compared with a model.
 *
 * <p>{@code -Drounds=n} goes on longer, {@code -Dseed=...} takes the same steps again.
 */
class RandomRunIT {
  private static final int ROUNDS = Integer.getInteger("rounds", 8);
  private static final int RECORDS = Integer.getInteger("records", 4_000);
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(180);

  private final List<RunWriter> writers = new ArrayList<>();

  @Test
  void nothingIsLostNorDoubledWhateverIsDone() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    Random random = new Random(seed);
    Map<Place, PartitionModel> models = new HashMap<>();
    Place.ALL.forEach(p -> models.put(p, new PartitionModel()));
    long base = System.currentTimeMillis();
    Comparison comparison = new Comparison(models, base, random);
    String step = "start";
    try (Broker broker = Broker.prepare().with("KAFKA_LOG_RETENTION_CHECK_INTERVAL_MS", "500")
        .with("KAFKA_LOG_CLEANER_BACKOFF_MS", "200").with("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
        .with("KAFKA_LOG_SEGMENT_DELETE_DELAY_MS", "1000").start()) {
      Steps steps = new Steps(broker, models, writers, random);
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
        for (String topic : Place.TOPICS) {
          steps.createTopic(admin, topic);
        }
      }
      for (int i = 0; i < PartitionModel.PRODUCERS; i++) {
        writers.add(new RunWriter(i, broker.bootstrap(), base, models));
      }
      for (int round = 0; round < ROUNDS; round++) {
        progress(RECORDS / 2);
        step = "round " + round + ": " + steps.one();
        System.out.println(step);
        progress(RECORDS / 2);
        writers.forEach(RunWriter::pause);
        comparison.run(broker.bootstrap());
        writers.forEach(RunWriter::resume);
      }
      System.out.println("random run: " + ROUNDS + " rounds, " + writers.stream().mapToLong(RunWriter::acknowledged).sum()
          + " records acknowledged, " + comparison.records() + " compared, seed=" + seed);
    } catch (Exception | AssertionError e) {
      throw new AssertionError("seed " + seed + ", " + step + ": " + e.getMessage(), e);
    } finally {
      writers.forEach(RunWriter::close);
    }
  }

  /** Waits until so many more records are acknowledged. */
  private void progress(int records) {
    long target = writers.stream().mapToLong(RunWriter::acknowledged).sum() + records;
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (writers.stream().mapToLong(RunWriter::acknowledged).sum() < target) {
      writers.forEach(RunWriter::check);
      PartitionRead.check(System.nanoTime() < deadline, "the producers stand still");
      LockSupport.parkNanos(5_000_000);
    }
  }
}
