package io.margay.shares.internal.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.coordinator.CoordinatorRuntime;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.metadata.TopicsImage;
import io.margay.model.BrokerId;
import io.margay.model.LeaderEpoch;
import io.margay.protocol.Errors;
import io.margay.protocol.message.DeleteShareGroupStateRequest;
import io.margay.protocol.message.InitializeShareGroupStateRequest;
import io.margay.protocol.message.ReadShareGroupStateRequest;
import io.margay.protocol.message.ReadShareGroupStateResponse;
import io.margay.protocol.message.ReadShareGroupStateSummaryRequest;
import io.margay.protocol.message.ReadShareGroupStateSummaryResponse;
import io.margay.protocol.message.WriteShareGroupStateRequest;
import io.margay.spi.time.ManualTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StateCoordinatorTest {
  private static final UUID T = new UUID(1, 1);

  private final ManualTime time = new ManualTime();
  private final MemoryLog log = new MemoryLog();
  private final Map<String, UUID> topics = new HashMap<>(Map.of("t", T, StateTopic.NAME, new UUID(9, 9)));
  private long memoryBytes = 1 << 20;
  private int updatesPerSnapshot = 5;
  private StateCoordinator coordinator;

  private ClusterImage image() {
    BrokerId one = new BrokerId(1);
    PartitionImage p = new PartitionImage(0, List.of(one), List.of(one), one, new LeaderEpoch(0), 0);
    Map<String, TopicImage> byName = new HashMap<>();
    topics.forEach((n, id) -> byName.put(n, new TopicImage(n, id, n.startsWith("__"), List.of(p))));
    return new ClusterImage("c", 1, one, new TreeMap<>(), TopicsImage.of(byName), Map.of(), Map.of("share.version", (short) 1));
  }

  private final StateConfig config = new StateConfig() {
    @Override
    public int updatesPerSnapshot() {
      return updatesPerSnapshot;
    }

    @Override
    public int coldSnapshotMs() {
      return 1_000;
    }

    @Override
    public long memoryBytes() {
      return memoryBytes;
    }

    @Override
    public int shardWaitMs() {
      return 0;
    }
  };

  @BeforeEach
  void start() {
    coordinator = new StateCoordinator(new CoordinatorRuntime.Environment("shares", time, time, Runnable::run, () -> 1_000,
        new CoordinatorRuntime.Limits(1_000, 1 << 20), shard -> { }), new StateTopic(this::image, new BrokerId(1), () -> 1), config);
    coordinator.elected(0, log, log::start);
  }

  private void restart() {
    coordinator.close();
    start();
  }

  private <P, R> R serve(StateApi<?, ?, P, R> api, int partition, P data) {
    return coordinator.serve(api, "g", List.of(new StateApi.Item<>(T, partition, data))).join().get(0).data();
  }

  private Errors initialize(int partition, int epoch, long start) {
    return Errors.forCode(serve(new InitializeApi(), partition,
        new InitializeShareGroupStateRequest.PartitionData().setPartition(partition).setStateEpoch(epoch).setStartOffset(start)).errorCode());
  }

  private ReadShareGroupStateResponse.PartitionResult read(int leaderEpoch) {
    return serve(new ReadApi(), 0, new ReadShareGroupStateRequest.PartitionData().setPartition(0).setLeaderEpoch(leaderEpoch));
  }

  private Errors write(int stateEpoch, int leaderEpoch, long start, long first, long last, int state) {
    WriteShareGroupStateRequest.PartitionData data = new WriteShareGroupStateRequest.PartitionData().setPartition(0).setStateEpoch(stateEpoch)
        .setLeaderEpoch(leaderEpoch).setStartOffset(start).setDeliveryCompleteCount(0);
    data.stateBatches().add(new WriteShareGroupStateRequest.StateBatch().setFirstOffset(first).setLastOffset(last)
        .setDeliveryState((byte) state).setDeliveryCount((short) 1));
    return Errors.forCode(serve(new WriteApi(), 0, data).errorCode());
  }

  private ReadShareGroupStateSummaryResponse.PartitionResult summary() {
    return serve(new SummaryApi(), 0, new ReadShareGroupStateSummaryRequest.PartitionData().setPartition(0).setLeaderEpoch(-1));
  }

  private Errors delete() {
    return Errors.forCode(serve(new DeleteApi(), 0, new DeleteShareGroupStateRequest.PartitionData().setPartition(0)).errorCode());
  }

  @Test
  void aStateIsWrittenAndReadBack() {
    assertThat(initialize(0, 1, -1)).isEqualTo(Errors.NONE);
    assertThat(read(3).startOffset()).isEqualTo(-1);
    assertThat(write(1, 3, 10, 12, 14, 2)).isEqualTo(Errors.NONE);
    assertThat(write(1, 3, 11, 15, 15, 0)).isEqualTo(Errors.NONE);
    ReadShareGroupStateResponse.PartitionResult before = read(3);
    assertThat(before.startOffset()).isEqualTo(11);
    assertThat(before.stateEpoch()).isEqualTo(1);
    assertThat(before.stateBatches()).hasSize(2);
    restart();
    assertThat(read(3)).isEqualTo(before);
    assertThat(summary().startOffset()).isEqualTo(11);
    assertThat(summary().leaderEpoch()).isEqualTo(3);
  }

  @Test
  void earlierLeadersAndEpochsAreFenced() {
    initialize(0, 2, -1);
    read(5);
    assertThat(read(4).errorCode()).isEqualTo(Errors.FENCED_LEADER_EPOCH.code());
    assertThat(write(2, 4, 0, 0, 0, 2)).isEqualTo(Errors.FENCED_LEADER_EPOCH);
    assertThat(write(1, 5, 0, 0, 0, 2)).isEqualTo(Errors.FENCED_STATE_EPOCH);
    restart();
    assertThat(write(2, 4, 0, 0, 0, 2)).isEqualTo(Errors.FENCED_LEADER_EPOCH);
    assertThat(write(2, 6, 0, 0, 0, 2)).isEqualTo(Errors.NONE);
  }

  @Test
  void initializingAgainKeepsOrReplacesTheState() {
    initialize(0, 2, -1);
    write(2, 0, 7, 8, 8, 2);
    assertThat(initialize(0, 2, -1)).isEqualTo(Errors.NONE);
    assertThat(summary().startOffset()).as("the same epoch").isEqualTo(7);
    assertThat(initialize(0, 1, -1)).isEqualTo(Errors.FENCED_STATE_EPOCH);
    assertThat(initialize(0, 3, 100)).isEqualTo(Errors.NONE);
    assertThat(summary().startOffset()).isEqualTo(100);
    assertThat(read(0).stateBatches()).isEmpty();
    restart();
    assertThat(read(0).startOffset()).isEqualTo(100);
  }

  @Test
  void withoutStateNothingIsReadOrWritten() {
    assertThat(read(0).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    assertThat(write(0, 0, 0, 0, 0, 2)).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(summary().startOffset()).isEqualTo(-1);
    assertThat(delete()).isEqualTo(Errors.NONE);
    initialize(0, 1, 5);
    assertThat(delete()).isEqualTo(Errors.NONE);
    assertThat(read(0).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    restart();
    assertThat(read(0).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
  }

  @Test
  void afterSomeUpdatesASnapshotIsWrittenAndTheLogIsCut() {
    initialize(0, 1, 0);
    for (int i = 0; i < 23; i++) {
      assertThat(write(1, 0, i, i + 2, i + 2, 2)).isEqualTo(Errors.NONE);
    }
    long[] cut = new long[1];
    coordinator.tidy((partition, offset) -> cut[0] = offset);
    assertThat(cut[0]).isEqualTo(20);
    ReadShareGroupStateResponse.PartitionResult before = read(0);
    log.cut(cut[0]);
    coordinator.tidy((partition, offset) -> cut[0] = -1);
    assertThat(cut[0]).as("nothing has changed").isEqualTo(20);
    restart();
    assertThat(read(0)).isEqualTo(before);
  }

  @Test
  void anIdleStateDoesNotKeepTheLog() {
    updatesPerSnapshot = 500;
    initialize(1, 1, 42);
    initialize(0, 1, 0);
    for (int i = 0; i < 1_200; i++) {
      write(1, 0, i, i + 2, i + 2, 2);
    }
    time.advance(2_000);
    long[] cut = new long[1];
    coordinator.tidy((partition, offset) -> cut[0] = offset);
    assertThat(cut[0]).isGreaterThan(900);
    log.cut(cut[0]);
    restart();
    assertThat(serve(new SummaryApi(), 1, new ReadShareGroupStateSummaryRequest.PartitionData().setPartition(1)).startOffset()).isEqualTo(42);
    assertThat(summary().startOffset()).isEqualTo(1_199);
  }

  @Test
  void theStateOfADeletedTopicIsForgotten() {
    initialize(0, 1, 5);
    topics.remove("t");
    coordinator.onImage(true);
    topics.put("t", T);
    assertThat(summary().startOffset()).isEqualTo(-1);
  }

  @Test
  void beyondTheMemoryNewStatesAreRefused() {
    memoryBytes = 1_500;
    assertThat(initialize(0, 1, 5)).isEqualTo(Errors.NONE);
    assertThat(initialize(1, 1, 5)).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    assertThat(write(1, 0, 6, 7, 7, 2)).isEqualTo(Errors.NONE);
    assertThat(coordinator.memory().usedBytes()).isPositive();
    coordinator.close();
    assertThat(coordinator.memory().usedBytes()).isZero();
  }

  @Test
  void whatIsNoStateIsRefusedAndHarmsNothing() {
    initialize(0, 1, 0);
    assertThat(write(1, 0, 0, 9, 3, 2)).as("ends before it begins").isEqualTo(Errors.INVALID_REQUEST);
    assertThat(write(1, 0, 0, -1, 3, 2)).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(write(1, 0, 0, 0, 3, 9)).as("an unknown state").isEqualTo(Errors.INVALID_REQUEST);
    assertThat(write(1, 0, 0, 2, 3, 2)).isEqualTo(Errors.NONE);
  }

  @Test
  void aTopicThatDoesNotExistIsRefused() {
    assertThat(coordinator.serve(new DeleteApi(), "g", List.of(new StateApi.Item<>(new UUID(7, 7), 0,
        new DeleteShareGroupStateRequest.PartitionData()))).join().get(0).data().errorCode())
        .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
  }

  @Test
  void anotherBrokersPartitionIsRefused() {
    coordinator.resigned(0);
    assertThat(initialize(0, 1, 5)).isEqualTo(Errors.NOT_COORDINATOR);
  }
}
