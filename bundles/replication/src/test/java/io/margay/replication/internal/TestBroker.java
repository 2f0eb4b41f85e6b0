package io.margay.replication.internal;

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
import io.margay.protocol.record.RecordBatchBuilder;
import io.margay.spi.config.FakeSettings;
import io.margay.spi.controller.Controller;
import io.margay.spi.controller.FakeController;
import io.margay.spi.log.PartitionLog;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/** The shared part of the bundle over fakes, with images that the test makes. This broker is 1. */
public final class TestBroker implements AutoCloseable {
  public static final BrokerId SELF = new BrokerId(1);
  public static final BrokerId OTHER = new BrokerId(2);

  public final FakeLogs logs = new FakeLogs();
  public final FakeSettings settings = new FakeSettings();
  public final FakeScheduler scheduler = new FakeScheduler();
  public final AtomicLong nowMs = new AtomicLong();
  public final ReplicationContext replication;
  private ClusterImage image;
  private boolean published;

  public TestBroker() {
    this(new FakeController());
  }

  /** @param controller null for none yet: then nothing is opened */
  public TestBroker(Controller controller) {
    nowMs.set(1_000_000);
    Clock clock = new Clock() {
      @Override
      public long millis() {
        return TestBroker.this.nowMs.get();
      }

      @Override
      public long nanos() {
        return TestBroker.this.nowMs.get() * 1_000_000;
      }
    };
    replication = new ReplicationContext(logs, settings, scheduler, clock);
    if (controller != null) {
      replication.partitions().controller(controller);
    }
    TreeMap<BrokerId, BrokerImage> brokers = new TreeMap<>();
    for (BrokerId id : List.of(SELF, OTHER)) {
      Endpoint endpoint = new Endpoint("PLAINTEXT", "PLAINTEXT", "host" + id, 9000 + id.value());
      brokers.put(id, new BrokerImage(id, 1, List.of(endpoint), null, false));
    }
    image = new ClusterImage("cluster", 0, SELF, brokers, TopicsImage.EMPTY, Map.of(), Map.of());
  }

  /** Publishes the first image, with what was created before. */
  public TestBroker start() {
    published = true;
    Set<TopicImage> all = Set.copyOf(image.topics().values());
    replication.onImage(new ClusterDelta(true, all, Set.of(), image.configs().keySet(), true), image);
    return this;
  }

  public static PartitionImage led(int index) {
    return partition(index, SELF, 0, List.of(SELF), List.of(SELF));
  }

  public static PartitionImage partition(int index, BrokerId leader, int epoch, List<BrokerId> replicas, List<BrokerId> isr) {
    return new PartitionImage(index, replicas, isr, leader, new LeaderEpoch(epoch), epoch);
  }

  /** The broker is registered again: an image with changed brokers. */
  public void register() {
    publish(image.topics(), image.configs(), new ClusterDelta(false, Set.of(), Set.of(), Set.of(), true));
  }

  /** A topic whose partitions are led here. */
  public UUID create(String name, int partitions) {
    return create(name, partitions, Map.of());
  }

  public UUID create(String name, int partitions, Map<String, String> configs) {
    List<PartitionImage> all = new ArrayList<>();
    for (int i = 0; i < partitions; i++) {
      all.add(led(i));
    }
    return put(name, new UUID(name.hashCode(), image.offset() + 1), all, configs);
  }

  public UUID put(String name, UUID id, List<PartitionImage> partitions, Map<String, String> configs) {
    return put(new TopicImage(name, id, name.startsWith("__"), partitions), configs);
  }

  private UUID put(TopicImage topic, Map<String, String> configs) {
    Map<ConfigResource, Map<String, String>> all = new HashMap<>(image.configs());
    ConfigResource resource = ConfigResource.topic(topic.name());
    boolean changed = !configs.equals(all.getOrDefault(resource, Map.of()));
    all.put(resource, configs);
    Map<String, TopicImage> topics = new HashMap<>(image.topics());
    topics.put(topic.name(), topic);
    publish(topics, all, new ClusterDelta(false, Set.of(topic), Set.of(), changed ? Set.of(resource) : Set.of(), false));
    return topic.id();
  }

  /** Changes one partition of a topic. */
  public void change(String name, int index, UnaryOperator<PartitionImage> change) {
    TopicImage topic = image.topic(name);
    List<PartitionImage> partitions = new ArrayList<>(topic.partitions());
    partitions.set(index, change.apply(partitions.get(index)));
    put(new TopicImage(name, topic.id(), topic.internal(), partitions), image.config(ConfigResource.topic(name)));
  }

  public void configure(String name, Map<String, String> configs) {
    put(image.topic(name), configs);
  }

  /** The next first image does not know a topic, and no image has said that it is deleted. */
  public void lose(String name) {
    Map<String, TopicImage> topics = new HashMap<>(image.topics());
    topics.remove(name);
    image = new ClusterImage(image.clusterId(), image.offset() + 1, SELF, image.brokers(), TopicsImage.of(topics), image.configs(),
        Map.of());
  }

  public void delete(String name) {
    Map<String, TopicImage> topics = new HashMap<>(image.topics());
    TopicImage gone = topics.remove(name);
    publish(topics, image.configs(), new ClusterDelta(false, Set.of(), Set.of(gone), Set.of(), false));
  }

  private void publish(Map<String, TopicImage> topics, Map<ConfigResource, Map<String, String>> configs, ClusterDelta delta) {
    image = new ClusterImage(image.clusterId(), image.offset() + 1, SELF, image.brokers(), TopicsImage.of(topics), configs,
        Map.of());
    if (published) {
      replication.onImage(delta, image);
      if (logs.hold.getCount() == 0) {
        awaitOpen();
      }
    }
  }

  public FakeLog log(String topic, int partition) {
    return logs.log(topic, partition);
  }

  public PartitionLeader leader(String topic, int partition) {
    return replication.table().leader(topic, partition);
  }

  /** Appends one batch with so many records. */
  public PartitionLog.Appended append(String topic, int partition, int records) {
    return leader(topic, partition).append(batch(records), PartitionLog.Origin.CLIENT, false);
  }

  /** Waits until nothing is being opened. */
  public void awaitOpen() {
    awaitTrue(() -> !replication.table().anyPaused());
  }

  public static void awaitTrue(java.util.function.BooleanSupplier condition) {
    long deadline = System.nanoTime() + 5_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("waited in vain");
      }
      Thread.onSpinWait();
    }
  }

  public static ByteBuf batch(int records) {
    return batch(records, 1000);
  }

  public static ByteBuf batch(int records, long timestamp) {
    try (RecordBatchBuilder builder = new RecordBatchBuilder(UnpooledByteBufAllocator.DEFAULT)) {
      for (int i = 0; i < records; i++) {
        builder.append(timestamp + i, ("key" + i).getBytes(StandardCharsets.UTF_8), new byte[20], List.of());
      }
      ByteBuf built = builder.build();
      // on the heap, so that it need not be released
      ByteBuf copy = Unpooled.copiedBuffer(built);
      built.release();
      return copy;
    }
  }

  @Override
  public void close() {
    replication.close();
  }
}
