package io.margay.benchmarks;

import io.margay.log.internal.BenchmarkLogs;
import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.metadata.TopicsImage;
import io.margay.model.BrokerId;
import io.margay.model.Clock;
import io.margay.model.Endpoint;
import io.margay.model.LeaderEpoch;
import io.margay.model.TopicPartition;
import io.margay.replication.internal.ReplicationContext;
import io.margay.spi.config.FakeSettings;
import io.margay.spi.controller.FakeController;
import io.margay.storage.file.internal.FileStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The parts of a broker between handler and file, without framework and network: one topic of one partition in a directory of its
 * own, which is deleted at the end. Retention keeps the topic at some hundred MiB, whatever is produced.
 */
public final class BenchmarkBroker implements AutoCloseable {
  /** The topic. */
  public static final UUID TOPIC_ID = new UUID(7, 7);

  private static final String TOPIC = "benchmark";
  private static final long OPEN_MS = 10_000;
  private static final Map<String, String> TOPIC_CONFIG = Map.of("segment.bytes", "67108864", "retention.bytes", "134217728",
      "file.delete.delay.ms", "0");

  /** Kept, or the level would be forgotten: what retention drops is not to stand between the figures. */
  private static final Logger LOGS = Logger.getLogger("io.margay");

  private final Path directory;
  private final ThreadScheduler scheduler = new ThreadScheduler();
  private final FileStorage storage;
  private final BenchmarkLogs logs;
  private final ReplicationContext replication;

  /** Starts it and waits until the partition is led. */
  public BenchmarkBroker() throws IOException {
    LOGS.setLevel(Level.WARNING);
    directory = Files.createTempDirectory("margay-benchmark");
    // The end is not reached when a benchmark fails.
    Runtime.getRuntime().addShutdownHook(new Thread(this::deleteFiles));
    FakeSettings settings = new FakeSettings().in(directory).with("log.retention.check.interval.ms", "200");
    storage = new FileStorage(settings, (what, cause) -> cause.printStackTrace(), Clock.SYSTEM);
    logs = new BenchmarkLogs(settings, scheduler, storage);
    replication = new ReplicationContext(logs.logs(), settings, scheduler, Clock.SYSTEM);
    replication.partitions().controller(new FakeController());
    publish(settings.nodeId());
    awaitLeader();
  }

  private void publish(BrokerId self) {
    Endpoint endpoint = new Endpoint("PLAINTEXT", "PLAINTEXT", "localhost", 9092);
    TreeMap<BrokerId, BrokerImage> brokers = new TreeMap<>();
    brokers.put(self, new BrokerImage(self, 1, List.of(endpoint), null, false));
    PartitionImage partition = new PartitionImage(0, List.of(self), List.of(self), self, new LeaderEpoch(0), 0);
    TopicImage topic = new TopicImage(TOPIC, TOPIC_ID, false, List.of(partition));
    ConfigResource resource = ConfigResource.topic(TOPIC);
    ClusterImage empty = new ClusterImage("benchmark", 0, self, brokers, TopicsImage.EMPTY, Map.of(), Map.of());
    ClusterImage image = new ClusterImage("benchmark", 1, self, brokers, TopicsImage.of(Map.of(TOPIC, topic)),
        Map.of(resource, TOPIC_CONFIG), Map.of());
    replication.onImage(new ClusterDelta(true, Set.of(), Set.of(), Set.of(), true), empty);
    replication.onImage(new ClusterDelta(false, Set.of(topic), Set.of(), Set.of(resource), true), image);
  }

  private void awaitLeader() {
    long deadline = System.nanoTime() + OPEN_MS * 1_000_000;
    while (replication.partitions().leader(new TopicPartition(TOPIC, 0)) == null || replication.table().anyPaused()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("the log was not opened within " + OPEN_MS + " ms");
      }
      Thread.onSpinWait();
    }
  }

  /** @return what handlers are made of */
  public ReplicationContext replication() {
    return replication;
  }

  /** @return the offset after the last record of the partition */
  public long logEndOffset() {
    return replication.table().leader(TOPIC, 0).logEndOffset();
  }

  @Override
  public void close() throws IOException {
    replication.close();
    logs.close();
    storage.deactivate();
    scheduler.close();
    deleteFiles();
  }

  private void deleteFiles() {
    if (Files.exists(directory)) {
      try (var files = Files.walk(directory)) {
        for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(path);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
