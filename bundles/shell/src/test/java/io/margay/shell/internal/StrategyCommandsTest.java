package io.margay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.model.BrokerId;
import io.margay.model.TopicPartition;
import io.margay.protocol.message.DescribeGroupsRequest;
import io.margay.protocol.message.DescribeGroupsResponse;
import io.margay.protocol.message.FindCoordinatorRequest;
import io.margay.protocol.message.FindCoordinatorResponse;
import io.margay.protocol.message.ListGroupsRequest;
import io.margay.protocol.message.ListGroupsResponse;
import io.margay.spi.placement.ReplicaPlacer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
