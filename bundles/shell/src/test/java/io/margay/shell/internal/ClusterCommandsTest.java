package io.margay.shell.internal;

import static io.margay.shell.internal.FakeBroker.moving;
import static io.margay.shell.internal.FakeBroker.partition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.metadata.ConfigResource;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.ReplicaSet;
import io.margay.model.BrokerId;
import io.margay.model.LeaderEpoch;
import io.margay.protocol.Errors;
import io.margay.protocol.message.DescribeLogDirsRequest;
import io.margay.protocol.message.DescribeLogDirsResponse;
import io.margay.protocol.message.DescribeQuorumRequest;
import io.margay.protocol.message.DescribeQuorumResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The commands that show a cluster, as they are typed, against a fake broker. */
class ClusterCommandsTest {
  private final FakeBroker broker = new FakeBroker();
  private final Gosh gosh = new Gosh(broker);

  @AfterEach
  void close() {
    gosh.close();
  }

  @Test
  void aHealthyClusterIsCalledHealthy() throws Exception {
    broker.brokers(1, 2, 3).topic("orders", partition(1, List.of(1, 2, 3), List.of(1, 2, 3)),
        partition(2, List.of(2, 3, 1), List.of(1, 2, 3)));
    assertThat(gosh.run("cluster:status")).isEqualTo("""
        Cluster:               cluster
        Controller:            1
        Metadata offset:       1
        Brokers:               3
        Brokers active:        3
        Brokers fenced:        -
        Brokers shutting down: -
        Topics:                1
        Partitions:            2
        Without leader:        0
        Under min isr:         0
        Under replicated:      0
        Led by other:          0
        Reassigning:           0
        State:                 healthy
        Verdict:               all brokers are reachable, and all replicas are in sync
        """);
    assertThat(gosh.run("cluster:status --json")).contains("\"withoutLeader\" : 0").contains("\"brokersFenced\" : [ ]")
        .contains("\"state\" : \"healthy\"");
  }

  @Test
  void theVerdictNamesTheWorstAndTheCommandThatShowsMore() throws Exception {
    broker.brokers(1, 2).broker(3, null, true, false).broker(4, null, false, true);
    assertThat(verdict()).contains("degraded").contains("broker 3 cannot be reached; broker:list shows the addresses");
    broker.topic("b", partition(1, List.of(1, 3), List.of(1)));
    assertThat(verdict()).contains("degraded").contains("replicas of 1 partition are not in sync; partition:list --under-replicated");
    broker.topic("c", partition(1, List.of(1, 3), List.of(1)));
    broker.configs.put(ConfigResource.topic("c"), Map.of("min.insync.replicas", "2"));
    assertThat(verdict()).contains("degraded").contains("1 partition with fewer in-sync").contains("partition:list --under-min-isr");
    broker.topic("d", partition(-1, List.of(3), List.of(3)));
    assertThat(verdict()).contains("unavailable").contains("1 partition without a leader cannot be read or written");
    broker.controller = BrokerId.NONE;
    assertThat(verdict()).contains("unavailable").contains("knows no controller").contains("quorum:status");
    assertThat(gosh.run("cluster:status")).containsPattern("Brokers fenced: +3\n").containsPattern("shutting down: +4\n")
        .containsPattern("Controller: +-\n").containsPattern("Under replicated: +2\n");
  }

  private String verdict() throws Exception {
    String status = gosh.run("cluster:status");
    return status.substring(status.indexOf("State:"));
  }

  @Test
  void replicasThatAReassignmentAddsAreNotMissing() throws Exception {
    broker.brokers(1, 2, 3).topic("orders", moving(1, List.of(1, 2, 3), List.of(1, 2), List.of(3), List.of(2)));
    assertThat(gosh.run("cluster:status")).containsPattern("Under replicated: +0\n").containsPattern("Reassigning: +1\n");
  }

  @Test
  void brokersAreListedWithStateAndLoad() throws Exception {
    broker.broker(1, "a", false, false).broker(2, "b", false, true).broker(3, null, true, false).broker(4, "a", false, false)
        .topic("orders", partition(1, List.of(1, 2), List.of(1, 2)), partition(1, List.of(4, 1), List.of(1, 4)));
    assertThat(gosh.run("broker:list")).isEqualTo("""
        BROKER  ENDPOINTS               RACK  STATE          CONTROLLER  LEADERS  PREFERRED  REPLICAS
             1  PLAINTEXT://host1:9092  a     active         true              2          1         2
             2  PLAINTEXT://host2:9092  b     shutting down  false             0          0         1
             3  PLAINTEXT://host3:9092  -     fenced         false             0          0         0
             4  PLAINTEXT://host4:9092  a     active         false             0          1         1

        Leaders per active broker: 0 to 2 (even: 1.0); replicas: 1 to 2 (even: 1.5). 1 partition is led by \
        another than the preferred leader; leader:elect gives back what it can.
        """);
    assertThat(gosh.run("broker:list --json")).startsWith("[ {").contains("\"state\" : \"fenced\"").doesNotContain("Leaders per");
  }

  @Test
  void partitionsAreListedByCondition() throws Exception {
    broker.brokers(1, 2, 3).topic("orders", partition(1, List.of(1, 2), List.of(1, 2)), partition(-1, List.of(3), List.of(3)),
        new PartitionImage(0, new ReplicaSet(FakeBroker.ids(List.of(2, 1)), FakeBroker.ids(List.of(2)), FakeBroker.ids(List.of(1)),
            List.of(), List.of(), List.of()), new BrokerId(2), new LeaderEpoch(7), 0));
    broker.topic("__internal", partition(-1, List.of(3), List.of(3)));
    broker.others.put(DescribeLogDirsRequest.API.key(), r -> new DescribeLogDirsResponse().setResults(List.of(
        new DescribeLogDirsResponse.DescribeLogDirsResult().setLogDir("d").setTopics(List.of(
            new DescribeLogDirsResponse.DescribeLogDirsTopic().setName("orders").setPartitions(List.of(
                new DescribeLogDirsResponse.DescribeLogDirsPartition().setPartitionIndex(2).setPartitionSize(500)
                    .setOffsetLag(6))))))));
    assertThat(gosh.run("partition:list --under-replicated")).isEqualTo("""
        TOPIC   PARTITION  LEADER  LEADER EPOCH  REPLICAS  ISR  ELR  START OFFSET  END OFFSET  LAG  SIZE BYTES
        orders          2       2             7  2,1       2    1               0           0    6         500
        """);
    assertThat(gosh.run("partition:list --no-leader").lines().map(line -> line.replaceAll(" .*", "")))
        .as("internal topics, too").containsExactly("TOPIC", "__internal", "orders");
    assertThat(gosh.run("partition:list orders --broker 3 --no-leader").lines()).hasSize(2);
    assertThat(gosh.run("partition:list --broker 1 --json")).contains("\"partition\" : 0").contains("\"elr\" : [ ]")
        .contains("\"lag\" : null").doesNotContain("\"partition\" : 1");
    assertThat(gosh.run("partition:list --reassigning").lines()).hasSize(1);
    assertThatThrownBy(() -> gosh.run("partition:list --broker 9"))
        .hasMessage("there is no broker 9; broker:list shows the brokers");
  }

  @Test
  void theQuorumIsDescribedWithItsLag() throws Exception {
    broker.brokers(1, 2, 3);
    broker.others.put(DescribeQuorumRequest.API.key(), r -> quorum(new DescribeQuorumResponse.PartitionData().setLeaderId(2)
        .setLeaderEpoch(5).setHighWatermark(90)
        .setCurrentVoters(List.of(node(3, 80, 4_000), node(2, 100, 9_000), node(1, 100, 8_950)))
        .setObservers(List.of(node(4, -1, -1)))));
    assertThat(gosh.run("quorum:status")).isEqualTo("""
        Leader:          2
        Epoch:           5
        Committed index: 90
        Voters:          1,2,3
        Observers:       4

        NODE  ROLE      ADDRESS     LAST INDEX  LAG  CAUGHT UP MS AGO
           1  voter     host1:9092         100    0                50
           2  leader    host2:9092         100    0                 0
           3  voter     host3:9092          80   20              5000
           4  observer  -                    -    -                 -
        """);
    assertThat(gosh.run("quorum:status --json")).contains("\"voters\" : [ 1, 2, 3 ]").contains("\"lag\" : 20")
        .contains("\"role\" : \"observer\"");
  }

  @Test
  void aQuorumThatCannotBeDescribedSaysWhatToDo() {
    assertThatThrownBy(() -> gosh.run("quorum:status")).isInstanceOf(ShellException.class)
        .hasMessage("DescribeQuorum failed: nobody serves DescribeQuorum");
    broker.controller = new BrokerId(3);
    broker.others.put(DescribeQuorumRequest.API.key(), r -> quorum(
        new DescribeQuorumResponse.PartitionData().setErrorCode(Errors.NOT_LEADER_OR_FOLLOWER.code())));
    assertThatThrownBy(() -> gosh.run("quorum:status"))
        .hasMessage("cannot describe the quorum: this node is not the controller; run this on broker 3");
    broker.controller = BrokerId.NONE;
    assertThatThrownBy(() -> gosh.run("quorum:status")).hasMessage("cannot describe the quorum: this node is not the controller; "
        + "wait until one is elected, which needs more than half of the voters");
  }

  private static DescribeQuorumResponse quorum(DescribeQuorumResponse.PartitionData quorum) {
    return new DescribeQuorumResponse().setTopics(List.of(
        new DescribeQuorumResponse.TopicData().setTopicName("__cluster_metadata").setPartitions(List.of(quorum))));
  }

  private static DescribeQuorumResponse.ReplicaState node(int id, long end, long caughtUpMs) {
    return new DescribeQuorumResponse.ReplicaState().setReplicaId(id).setLogEndOffset(end).setLastCaughtUpTimestamp(caughtUpMs);
  }
}
