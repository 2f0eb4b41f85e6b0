package io.margay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.model.BrokerId;
import io.margay.model.TopicIdPartition;
import io.margay.model.TopicPartition;
import io.margay.protocol.message.DescribeGroupsRequest;
import io.margay.protocol.message.DescribeGroupsResponse;
import io.margay.protocol.message.FindCoordinatorRequest;
import io.margay.protocol.message.FindCoordinatorResponse;
import io.margay.protocol.message.ListGroupsRequest;
import io.margay.protocol.message.ListGroupsResponse;
import io.margay.protocol.message.IncrementalAlterConfigsRequest;
import io.margay.protocol.message.IncrementalAlterConfigsResponse;
import io.margay.spi.log.LogConfig;
import io.margay.spi.log.Logs;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.placement.ReplicaPlacer;
import io.margay.spi.storage.StorageEngine;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The commands that try strategies. */
class StrategyCommandsTest {
  private final FakeBroker broker = new FakeBroker();
  private final Gosh gosh = new Gosh(broker);

  @AfterEach
  void close() {
    gosh.close();
  }

  @Test
  void partitionerSimulateCountsWhatWouldMove() throws Exception {
    broker.topic("orders", 2);
    gosh.run("produce orders -K : -", "a:1\nb:2\na:3\n");
    gosh.strategies.partitioners().add(options -> {
      if (!options.isEmpty()) {
        throw new IllegalArgumentException("no options please; expected none");
      }
      return (record, topic) -> 1;
    }, Map.of("name", "one"));
    assertThat(gosh.run("partitioner:simulate orders one")).isEqualTo("""
        Topic:         orders
        Partitioner:   one
        Records:       3
        Moved records: 1
        Keys:          2
        Moved keys:    1

        PARTITION  RECORDS NOW  RECORDS THEN
                0            1             0
                1            2             3
        """);
    assertThat(gosh.run("partitioner:list")).contains("murmur2", "one");
    assertThatThrownBy(() -> gosh.run("partitioner:simulate orders one:x")).isInstanceOf(ShellException.class)
        .hasMessage("no options please; expected none");
    assertThatThrownBy(() -> gosh.run("partitioner:simulate orders two")).isInstanceOf(ShellException.class)
        .hasMessage("there is no partitioner two; installed are murmur2, one");
  }

  @Test
  void storageCommandsShowWhereLogsAreAndMoveThem() throws Exception {
    broker.topic("orders", 2);
    broker.others.put(IncrementalAlterConfigsRequest.API.key(), r -> new IncrementalAlterConfigsResponse());
    FakeLogs logs = new FakeLogs();
    gosh.strategies.logs().add(logs, Map.of("name", Strategies.LOGS));
    assertThat(gosh.run("storage:list")).isEqualTo("""
        ENGINE  PROMISE    PARTITIONS  PLACES
        file    durable             2  /logs
        memory  ephemeral           0  memory
        tape    not there           1  -
        """);
    // what is asked for the first time is still to be moved, and is there the second time
    logs.answers.add(List.of(logs.placement(0, "file", 7, null), logs.placement(1, "file", 8, "its turn")));
    logs.answers.add(List.of(logs.placement(0, "memory", 0, null), logs.placement(1, "memory", 0, null)));
    assertThat(gosh.run("storage:move orders memory")).isEqualTo("""
        orders moves to memory, which is ephemeral
        2 of 2 partitions left, 15 bytes
        all 2 partitions are in memory
        """);
    var last = (IncrementalAlterConfigsRequest) broker.requests.get(broker.requests.size() - 1);
    assertThat(last.resources().get(0).configs().get(0)).satisfies(config -> {
      assertThat(config.name()).isEqualTo("margay.storage.engine");
      assertThat(config.value()).isEqualTo("memory");
    });
    logs.answers.add(List.of(logs.placement(0, "file", 7, "the storage engine memory, which is not installed")));
    assertThat(gosh.run("storage:status orders")).isEqualTo("""
        PARTITION  ENGINE  MOVES TO  BYTES  BYTES LEFT  WAITS FOR
                0  file    memory       10           7  the storage engine memory, which is not installed
        """);
    assertThat(gosh.run("storage:move --no-wait orders tape")).isEqualTo("orders moves to tape, which is not there\n");
  }

  @Test
  void anEngineThatIsAwayIsNamedBeforeRequestsWaitForIt() throws Exception {
    gosh.strategies.logs().add(new FakeLogs(), Map.of("name", Strategies.LOGS));
    gosh.run("topic:create taped -c margay.storage.engine=tape");
    String message = "topic taped is in the storage engine tape, which is not there; install or start its bundle, storage:list shows the "
        + "engines";
    assertThatThrownBy(() -> gosh.run("consume taped")).hasMessage(message);
    assertThatThrownBy(() -> gosh.run("produce taped x")).hasMessage(message);
  }

  /** Logs that say what a test has them say. */
  private static final class FakeLogs implements Logs {
    private final Queue<List<LogPlacement>> answers = new ArrayDeque<>();

    LogPlacement placement(int partition, String engine, long left, String waitsFor) {
      return new LogPlacement(new TopicIdPartition(new UUID(1, 1), new TopicPartition("orders", partition)), engine, "memory", 10,
          left, waitsFor);
    }

    @Override
    public List<EngineState> engines() {
      return List.of(
          new EngineState("file", StorageEngine.Promise.DURABLE, List.of(new StorageEngine.Place("/logs", 1, 1, null)), 2),
          new EngineState("memory", StorageEngine.Promise.EPHEMERAL, List.of(new StorageEngine.Place("memory", 1, 1, null)), 0),
          new EngineState("tape", null, List.of(), 1));
    }

    @Override
    public void moveTo(TopicIdPartition id, String place) {
      throw new UnsupportedOperationException();
    }

    @Override
    public LogCopy copyOf(TopicIdPartition id) {
      return null;
    }

    @Override
    public List<LogPlacement> placements() {
      return answers.remove();
    }

    @Override
    public PartitionLog open(TopicIdPartition id, LogConfig config) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void whenReady(TopicIdPartition id, LogConfig config, Runnable ready) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void delete(TopicIdPartition id) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void setAside(TopicIdPartition id) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<TopicIdPartition> stored() {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<StorageEngine.Place> places() {
      throw new UnsupportedOperationException();
    }

    @Override
    public String placeOf(TopicIdPartition id) {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  void aStrategyThatIsAwayForAMomentIsAwaited() throws Exception {
    ReplicaPlacer placer = request -> List.of(List.of(new BrokerId(0)));
    gosh.strategies.placers().add(placer, Map.of("name", "ring"));
    gosh.strategies.placers().remove(placer);
    CompletableFuture<String> answer = new CompletableFuture<>();
    Thread command = new Thread(() -> {
      try {
        answer.complete(gosh.run("placement:simulate ring -p 1 -r 1 -b 1"));
      } catch (Exception e) {
        answer.completeExceptionally(e);
      }
    });
    command.start();
    while (command.getState() != Thread.State.WAITING && command.isAlive()) {
      Thread.onSpinWait();
    }
    gosh.strategies.placers().add(placer, Map.of("name", "ring"));
    assertThat(answer.get(60, TimeUnit.SECONDS)).contains("ring");
  }

  @Test
  void placementSimulateShowsTheLoadBeforeAndAfterALoss() throws Exception {
    gosh.strategies.placers().add(request -> IntStream.range(request.from(), request.to()).mapToObj(p ->
        List.of(new BrokerId(p % 3), new BrokerId((p + 1) % 3))).toList(), Map.of("name", "ring"));
    assertThat(gosh.run("placement:simulate ring -p 6 -r 2 --racks a,b,c")).contains("""
        BROKER  RACK  LEADERS  REPLICAS
        0       a           2         4
        """).contains("""
        LOST BROKER  LEADERS MIN  LEADERS MAX  WITHOUT LEADER
        0                      2            4               0
        """);
  }

  @Test
  void assignorSimulateShowsWhatWouldMove() throws Exception {
    gosh.strategies.assignors().add(group -> {
      Map<String, List<TopicPartition>> nothing = new TreeMap<>();
      group.members().forEach(m -> nothing.put(m.id(), List.of()));
      return nothing;
    }, Map.of("name", "none"));
    broker.others.put(FindCoordinatorRequest.API.key(), r -> new FindCoordinatorResponse().setCoordinators(List.of(
        new FindCoordinatorResponse.Coordinator().setKey("g").setNodeId(1))));
    broker.others.put(ListGroupsRequest.API.key(), r -> new ListGroupsResponse().setGroups(List.of(
        new ListGroupsResponse.ListedGroup().setGroupId("g").setGroupType("classic"))));
    broker.others.put(DescribeGroupsRequest.API.key(), r -> new DescribeGroupsResponse().setGroups(List.of(
        new DescribeGroupsResponse.DescribedGroup().setGroupId("g").setMembers(List.of(
            new DescribeGroupsResponse.DescribedGroupMember().setMemberId("m"))))));
    assertThat(gosh.run("assignor:simulate g none --json")).contains("\"movedPartitions\" : 0").contains("\"member\" : \"m\"");
  }
}
