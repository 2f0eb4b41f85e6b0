package io.margay.shell.internal;

import static io.margay.shell.internal.FakeBroker.moving;
import static io.margay.shell.internal.FakeBroker.partition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.protocol.Errors;
import io.margay.protocol.message.AlterPartitionReassignmentsRequest;
import io.margay.protocol.message.AlterPartitionReassignmentsResponse;
import io.margay.protocol.message.DescribeLogDirsRequest;
import io.margay.protocol.message.DescribeLogDirsResponse;
import io.margay.protocol.message.ElectLeadersRequest;
import io.margay.protocol.message.ElectLeadersResponse;
import io.margay.protocol.message.ListPartitionReassignmentsRequest;
import io.margay.protocol.message.ListPartitionReassignmentsResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that move replicas and leaders, as they are typed, against a fake broker that keeps what it was asked. */
class ReassignCommandsTest {
  private final FakeBroker broker = new FakeBroker();
  private final Gosh gosh = new Gosh(broker);
  private final Map<String, List<Integer>> altered = new TreeMap<>();
  private final List<String> cancelled = new ArrayList<>();
  private Errors refusal = Errors.NONE;
  private Errors topRefusal = Errors.NONE;
  @TempDir
  private Path directory;

  @AfterEach
  void close() {
    gosh.close();
  }

  @BeforeEach
  void cluster() {
    gosh.strategies.placers().add(ReassignmentPlannerTest.MODULO, Map.of("name", "spread"));
    broker.brokers(1, 2, 3, 4);
    broker.others.put(AlterPartitionReassignmentsRequest.API.key(), this::alter);
    broker.others.put(ListPartitionReassignmentsRequest.API.key(), r -> {
      ListPartitionReassignmentsResponse response = new ListPartitionReassignmentsResponse();
      broker.topics.values().forEach(topic -> {
        var moves = topic.partitions().stream().filter(p -> p.members().reassigning()).map(p ->
            new ListPartitionReassignmentsResponse.OngoingPartitionReassignment().setPartitionIndex(p.index())
                .setReplicas(PartitionHealth.ids(p.replicas())).setAddingReplicas(PartitionHealth.ids(p.members().adding()))
                .setRemovingReplicas(PartitionHealth.ids(p.members().removing()))).toList();
        if (!moves.isEmpty()) {
          response.topics().add(new ListPartitionReassignmentsResponse.OngoingTopicReassignment().setName(topic.name())
              .setPartitions(moves));
        }
      });
      return response;
    });
  }

  private AlterPartitionReassignmentsResponse alter(Object request) {
    AlterPartitionReassignmentsResponse response = new AlterPartitionReassignmentsResponse().setErrorCode(topRefusal.code());
    ((AlterPartitionReassignmentsRequest) request).topics().forEach(t -> {
      var topic = new AlterPartitionReassignmentsResponse.ReassignableTopicResponse().setName(t.name());
      t.partitions().forEach(p -> {
        if (p.replicas() == null) {
          cancelled.add(t.name() + ":" + p.partitionIndex());
        } else {
          altered.put(t.name() + ":" + p.partitionIndex(), p.replicas());
        }
        topic.partitions().add(new AlterPartitionReassignmentsResponse.ReassignablePartitionResponse()
            .setPartitionIndex(p.partitionIndex()).setErrorCode(p.partitionIndex() == 1 ? refusal.code() : 0));
      });
      response.responses().add(topic);
    });
    return response;
  }

  private void sizes(String topic, long bytes) {
    broker.others.put(DescribeLogDirsRequest.API.key(), r -> new DescribeLogDirsResponse().setResults(List.of(
        new DescribeLogDirsResponse.DescribeLogDirsResult().setLogDir("d").setTopics(List.of(
            new DescribeLogDirsResponse.DescribeLogDirsTopic().setName(topic).setPartitions(List.of(
                new DescribeLogDirsResponse.DescribeLogDirsPartition().setPartitionIndex(0).setPartitionSize(bytes))))))));
  }

  @Test
  void aPlanShowsWhatItWouldMove() throws Exception {
    broker.topic("orders", partition(1, List.of(1, 4), List.of(1, 4)), partition(2, List.of(2, 3), List.of(2, 3)));
    sizes("orders", 700);
    assertThat(gosh.run("reassign:plan --remove 4")).isEqualTo("""
        Placement:  spread
        Partitions: 1
        Copies:     1
        Bytes:      700

        TOPIC   PARTITION  REPLICAS  TO   COPY TO  SIZE BYTES
        orders          0  1,4       1,2  2               700

        BROKER  REPLICAS  REPLICAS AFTER  PREFERRED  PREFERRED AFTER
             1         1               1          1                1
             2         1               2          1                1
             3         1               1          0                0
             4         1               0          0                0

        Nothing has been moved. --file FILE writes the plan for reassign:start; --json prints it.
        """);
    assertThat(altered).isEmpty();
    assertThat(gosh.run("reassign:plan --brokers 1,2,3,4 -r 1")).containsPattern("orders +0 +1,4 +1 +- ");
    broker.topic("orders", partition(1, List.of(1, 2), List.of(1, 2)));
    assertThat(gosh.run("reassign:plan --brokers 1,2,3,4")).isEqualTo("Nothing is to be moved.\n");
  }

  @Test
  void aPlanIsWhatKafkasToolReads() throws Exception {
    broker.topic("orders", partition(1, List.of(1, 4), List.of(1, 4)));
    assertThat(gosh.run("reassign:plan orders --remove 4 --json")).isEqualTo("""
        {
          "version" : 1,
          "partitions" : [ {
            "topic" : "orders",
            "partition" : 0,
            "replicas" : [ 1, 2 ],
            "log_dirs" : [ "any", "any" ]
          } ]
        }
        """);
  }

  @Test
  void aPlanCanBeWrittenAndStarted() throws Exception {
    broker.topic("orders", partition(1, List.of(1, 4), List.of(1, 4)));
    Path file = directory.resolve("plan.json");
    assertThat(gosh.run("reassign:plan --remove 4 --file " + file)).contains("Wrote the plan to " + file);
    assertThatThrownBy(() -> gosh.run("reassign:plan --remove 4 --file " + file))
        .hasMessage(file + " exists already; choose another name");
    assertThat(gosh.run("reassign:start " + file)).isEqualTo("""
        Started: 1
        Refused: 0

        TOPIC   PARTITION  REPLICAS  TO   RESULT
        orders          0  1,4       1,2  started
        """);
    assertThat(altered).containsExactly(Map.entry("orders:0", List.of(1, 2)));
    assertThat(gosh.run("reassign:start - --json", Files.readString(file))).contains("\"started\" : 1");
  }

  @Test
  void kafkasOwnPlansAndTypedOnesAreRead() throws Exception {
    broker.topic("orders", 3).topic("pay", 1);
    assertThat(gosh.run("reassign:start - pay:0=4,3 orders:2=2", "{\"version\":1,\"partitions\":[{\"topic\":\"orders\","
        + "\"partition\":0,\"replicas\":[3,1],\"log_dirs\":[\"any\",\"any\"],\"other\":{\"a\":[1]}}],\"x\":[]}"))
        .contains("Started: 3");
    assertThat(altered).containsEntry("orders:0", List.of(3, 1)).containsEntry("pay:0", List.of(4, 3))
        .containsEntry("orders:2", List.of(2));
  }

  @Test
  void aWrongPlanIsRefusedBeforeAnythingMoves() {
    broker.topic("orders", 2);
    assertThatThrownBy(() -> gosh.run("reassign:start orders:0=9")).hasMessage("there is no broker 9; broker:list shows the brokers");
    assertThatThrownBy(() -> gosh.run("reassign:start orders:7=1")).hasMessage("topic orders has no partition 7; it has 0 to 1");
    assertThatThrownBy(() -> gosh.run("reassign:start orders:0=1,1"))
        .hasMessage("orders:0 needs at least one replica, and each on another broker, not [1, 1]");
    assertThatThrownBy(() -> gosh.run("reassign:start orders:0=x")).hasMessageContaining("write TOPIC:P=1,2,3");
    assertThatThrownBy(() -> gosh.run("reassign:start orders:0=1 orders:0=2")).hasMessage("orders:0 is given twice; leave one out");
    assertThatThrownBy(() -> gosh.run("reassign:start /no/plan")).hasMessage("this server has no file /no/plan; give a plan of "
        + "another machine as input: margay shell 'reassign:start -' < FILE");
    assertThatThrownBy(() -> gosh.run("reassign:start -", "{\"version\":2}"))
        .hasMessage("the input is no reassignment plan: its version is not 1");
    assertThatThrownBy(() -> gosh.run("reassign:start -", "[]")).hasMessageContaining("it is no JSON object");
    assertThatThrownBy(() -> gosh.run("reassign:start -", "{}")).hasMessageContaining("it has no partitions");
    assertThatThrownBy(() -> gosh.run("reassign:start -", "{\"partitions\":[")).hasMessageContaining("is no reassignment plan");
    assertThatThrownBy(() -> gosh.run("reassign:start -", "{\"partitions\":[{\"topic\":\"orders\",\"partition\":0,\"replicas\":"))
        .hasMessageContaining("is no reassignment plan");
    assertThatThrownBy(() -> gosh.run("reassign:start -", "{\"partitions\":[{\"topic\":\"orders\",\"partition\":0,\"replicas\":[1"))
        .hasMessageContaining("is no reassignment plan");
    assertThatThrownBy(() -> gosh.run("reassign:start -", " ".repeat(ReassignmentPlan.BYTES_MAX + 1)))
        .hasMessage("the input is larger than 33554432 bytes; split it into several plans");
    assertThat(altered).isEmpty();
  }

  @Test
  void whatTheControllerRefusesIsShown() {
    broker.topic("orders", 2);
    refusal = Errors.REASSIGNMENT_IN_PROGRESS;
    assertThatThrownBy(() -> gosh.run("reassign:start orders:0=2 orders:1=2"))
        .hasMessage("orders:1 could not be started; the reasons are in the list");
    topRefusal = Errors.NOT_CONTROLLER;
    assertThatThrownBy(() -> gosh.run("reassign:start orders:0=2"))
        .hasMessage("cannot start the reassignment: this node is not the controller; run this on broker 1");
  }

  @Test
  void progressIsShownWithBytesWhereKnown() throws Exception {
    assertThat(gosh.run("reassign:status")).isEqualTo("No replicas are being moved.\n");
    broker.topic("orders", moving(1, List.of(1, 2, 3), List.of(1, 2), List.of(3), List.of(2)),
        moving(2, List.of(2, 1), List.of(2), List.of(1), List.of()), partition(1, List.of(1, 2), List.of(1, 2)));
    sizes("orders", 1000);
    assertThat(gosh.run("reassign:status")).isEqualTo("""
        Moving:      2
        Bytes:       0
        Bytes total: 1000

        TOPIC   PARTITION  STATE   REPLICAS  ADDING  ADDING IN SYNC  REMOVING  BYTES  BYTES TOTAL
        orders          0  moving  1,2,3     3                    0  2             -         1000
        orders          1  moving  2,1       1                    0  -             0            -
        """);
    assertThat(gosh.run("reassign:status orders:0=1,3 orders:2=1,2")).startsWith("""
        Done:        1
        Total:       2
        Moving:      1
        """).containsPattern("orders +2 +done +1,2 ");
    assertThat(gosh.run("reassign:status orders:2=2,1 --json")).contains("\"state\" : \"not as planned\"").contains("\"done\" : 0");
  }

  @Test
  void movesAreCancelled() throws Exception {
    broker.topic("orders", moving(1, List.of(1, 2), List.of(1), List.of(2), List.of(1)), partition(1, List.of(1), List.of(1)))
        .topic("pay", moving(1, List.of(1, 2), List.of(1), List.of(2), List.of(1)));
    assertThat(gosh.run("reassign:cancel orders")).contains("Cancelled: 1").containsPattern("orders +0 +cancelled");
    assertThat(cancelled).containsExactly("orders:0");
    assertThatThrownBy(() -> gosh.run("reassign:cancel orders:1"))
        .hasMessage("no replicas of orders:1 are being moved; reassign:status shows what is");
    assertThatThrownBy(() -> gosh.run("reassign:cancel")).hasMessageContaining("or --all");
    gosh.run("reassign:cancel --all");
    assertThat(cancelled).containsExactly("orders:0", "orders:0", "pay:0");
  }

  @Test
  void aPlanNeedsBrokersThatCanHoldReplicas() {
    broker.broker(4, null, true, false).topic("orders", partition(1, List.of(1, 2, 3), List.of(1, 2, 3)));
    assertThatThrownBy(() -> gosh.run("reassign:plan")).hasMessageContaining("either --brokers or --remove");
    assertThatThrownBy(() -> gosh.run("reassign:plan --brokers 1,4"))
        .hasMessage("broker 4 is fenced and cannot get replicas; start it, or leave it out");
    assertThatThrownBy(() -> gosh.run("reassign:plan --brokers 1,2"))
        .hasMessage("3 replicas need as many brokers, but there are only 2");
    assertThatThrownBy(() -> gosh.run("reassign:plan --remove 3"))
        .hasMessage("orders:0 has 3 replicas, but only 2 active brokers are left; add a broker first");
    assertThatThrownBy(() -> gosh.run("reassign:plan --remove 9")).hasMessageContaining("there is no broker 9");
    assertThatThrownBy(() -> gosh.run("reassign:plan --remove 3 --placement sprad")).hasMessageContaining("sprad");
    broker.topic("gone", partition(1, List.of(1, 9), List.of(1)));
    assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> gosh.run("reassign:plan gone --remove 9")))
        .as("a broker that is not registered any more").isNull();
  }

  @Test
  void leadersAreElected() throws Exception {
    broker.topic("orders", 3);
    List<ElectLeadersRequest> asked = new ArrayList<>();
    broker.others.put(ElectLeadersRequest.API.key(), r -> {
      asked.add((ElectLeadersRequest) r);
      return new ElectLeadersResponse().setReplicaElectionResults(List.of(
          new ElectLeadersResponse.ReplicaElectionResult().setTopic("orders").setPartitionResult(List.of(
              new ElectLeadersResponse.PartitionResult().setPartitionId(0),
              new ElectLeadersResponse.PartitionResult().setPartitionId(1).setErrorCode(Errors.ELECTION_NOT_NEEDED.code())))));
    });
    assertThat(gosh.run("leader:elect")).isEqualTo("""
        Elected:    1
        Not needed: 1
        Failed:     0

        TOPIC   PARTITION  RESULT
        orders          0  elected
        """);
    assertThat(asked.get(0).topicPartitions()).isNull();
    assertThat(asked.get(0).electionType()).isZero();
    assertThat(gosh.run("leader:elect --unclean orders:0 orders:2")).startsWith("Warning: an unclean election");
    assertThat(asked.get(1).electionType()).isEqualTo((byte) 1);
    assertThat(asked.get(1).topicPartitions().get(0).partitions()).containsExactly(0, 2);
    assertThat(gosh.run("leader:elect --unclean orders --json")).startsWith("{").contains("\"warning\" : \"an unclean");
    assertThatThrownBy(() -> gosh.run("leader:elect --unclean")).hasMessageContaining("needs the partitions");
    assertThatThrownBy(() -> gosh.run("leader:elect orders:x")).hasMessageContaining("orders:x is no partition");
  }

  @Test
  void anElectionThatFailsSaysWhatIsNeeded() {
    broker.topic("orders", 1);
    broker.others.put(ElectLeadersRequest.API.key(), r -> new ElectLeadersResponse().setReplicaElectionResults(List.of(
        new ElectLeadersResponse.ReplicaElectionResult().setTopic("orders").setPartitionResult(List.of(
            new ElectLeadersResponse.PartitionResult().setPartitionId(0)
                .setErrorCode(Errors.PREFERRED_LEADER_NOT_AVAILABLE.code()))))));
    assertThatThrownBy(() -> gosh.run("leader:elect orders")).hasMessage("no leader was elected for orders:0; the preferred leader "
        + "must be active and in sync: partition:list shows the replicas");
  }

  @Test
  void namesOfManyPartitionsAreCutShort() {
    assertThat(PartitionName.some(Offsets.partitions(broker.topic("t", 5).topics.get("t")))).isEqualTo("t:0, t:1, t:2 and 2 more");
  }
}
