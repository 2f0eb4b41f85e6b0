package io.margay.mirror.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.LeaderEpoch;
import io.margay.protocol.KafkaUuid;
import io.margay.spi.client.Access;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.partitioner.PartitionerChoice;
import io.margay.spi.time.ManualTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The lanes of a broker of the source that is in memory, on the thread of the test. */
class LaneThreadTest {
  private static final BrokerId BROKER = new BrokerId(1);

  private final ManualTime time = new ManualTime();
  private final LaneBroker source = new LaneBroker();
  private final Map<LaneId, FakeLaneTarget> targets = new HashMap<>();
  private final NamedServices<Partitioner> partitioners = new NamedServices<>("partitioner", 0);
  private final TreeMap<String, String> fields = new TreeMap<>(Map.of("bootstrap.servers", "a:1", "topics", ".*", "mode", "repartitioned",
      "partitioner", "first"));
  private final List<String> served = new ArrayList<>();
  private LaneThread lanes;

  private Lane lane(LaneId id, RemoteCluster cluster) {
    TopicImage topic = new TopicImage(id.target(), new UUID(0, 9), false,
        List.of(new PartitionImage(0, List.of(BROKER), List.of(BROKER), BROKER, new LeaderEpoch(0), 0)));
    FakeLaneTarget target = new FakeLaneTarget();
    target.written = () -> served.add(id.toString());
    targets.put(id, target);
    return new Lane(id, target, new PartitionChoice(partitioners, new PartitionerChoice("first", "")), () -> topic, time);
  }

  private static LaneId id(String topic, UUID topicId, int partition) {
    return new LaneId(new MirrorSource("west", topicId, topic), partition, 3, "re-" + topic);
  }

  /** Runs the thread until so many fetches were answered. */
  private void run(int fetches, LaneId... ids) {
    partitioners.add(options -> (record, topic) -> 0, Map.of("name", "first"));
    LinkConfig config = LinkConfig.of("west", fields);
    RemoteCluster cluster = new RemoteCluster("test", () -> source, config::bootstrap, () -> Access.PLAINTEXT);
    RemoteCluster target = new RemoteCluster("test", () -> source, config::bootstrap, () -> Access.PLAINTEXT);
    lanes = new LaneThread(1, cluster, target, new LaneThread.Shared(config, time, this::lane, () -> { },
        new LaneThread.SharedThrottle(0), LaneThreads.REAL));
    int[] left = {fetches};
    source.afterFetch = () -> {
      if (--left[0] == 0) {
        lanes.close();
      }
    };
    lanes.assign(List.of(ids));
    lanes.run();
  }

  @Test
  void eachLaneGetsItsTurnWhenOneAnswerHasRoomForOne() {
    fields.put("fetch.max.bytes", "65536");
    UUID topic = new UUID(1, 1);
    for (int p = 0; p < 3; p++) {
      for (int i = 0; i < 5; i++) {
        source.add("orders", p, 40_000);
      }
    }
    run(6, id("orders", topic, 0), id("orders", topic, 1), id("orders", topic, 2));
    // a lane stores where it begins before it fetches
    assertThat(served).containsExactly("orders-0", "orders-1", "orders-2", "orders-0", "orders-1", "orders-2", "orders-0", "orders-1",
        "orders-2");
    assertThat(targets.values()).allMatch(target -> target.position == 2);
  }

  @Test
  void aLaneIsAskedForABatchOfAMebibyteHoweverManyThereAre() {
    source.add("orders", 0, 100);
    source.add("orders", 2, 900_000);
    LaneId[] ids = new LaneId[40];
    for (int p = 0; p < ids.length; p++) {
      ids[p] = id("orders", new UUID(1, 1), p);
    }
    run(1, ids);
    assertThat(targets.get(ids[2]).position).isEqualTo(1);
  }

  @Test
  void topicsWithoutIdsAreKeptApart() {
    for (short served : new short[] {12, 17}) {
      source.fetchVersion = served;
      source.add("orders", 0, 10);
      source.add("orders", 0, 10);
      source.add("payments", 0, 10);
      LaneId orders = id("orders", KafkaUuid.ZERO, 0);
      LaneId payments = id("payments", KafkaUuid.ZERO, 0);
      assertThat(orders.name()).isNotEqualTo(payments.name());
      run(1, orders, payments);
      assertThat(targets.get(orders).all()).hasSameSizeAs(source.batches.get("orders:0")).allMatch(record -> record.startsWith("orders0"));
      assertThat(targets.get(payments).all()).hasSameSizeAs(source.batches.get("payments:0")).allMatch(record -> record.startsWith("payments0"));
    }
  }

  @Test
  void aLinkBeginsAtATime() {
    for (int i = 0; i < 5; i++) {
      source.add("orders", 0, 10);
    }
    fields.put("start", "1003");
    LaneId lane = id("orders", new UUID(1, 1), 0);
    run(1, lane);
    assertThat(targets.get(lane).all()).hasSize(2);
    assertThat(targets.get(lane).position).isEqualTo(5);
  }

  @Test
  void aLinkBeginsAtTheEndWhenNoRecordIsThatYoung() {
    source.add("orders", 0, 10);
    fields.put("start", "999999");
    LaneId lane = id("orders", new UUID(1, 1), 0);
    run(1, lane);
    assertThat(targets.get(lane).all()).isEmpty();
    assertThat(targets.get(lane).position).isEqualTo(1);
  }

  @Test
  void theSourceIsAskedForItsBoundsOnce() {
    source.add("orders", 0, 10);
    run(4, id("orders", new UUID(1, 1), 0));
    assertThat(source.asked.stream().filter("ListOffsets"::equals)).hasSize(2);
  }
}
