package io.margay.shell.internal;

import static io.margay.shell.internal.FakeBroker.moving;
import static io.margay.shell.internal.FakeBroker.partition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.metadata.BrokerImage;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.DescribeConfigsRequest;
import io.margay.protocol.message.DescribeConfigsResponse;
import io.margay.protocol.message.DescribeLogDirsRequest;
import io.margay.protocol.message.DescribeLogDirsResponse;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FindCoordinatorRequest;
import io.margay.protocol.message.FindCoordinatorResponse;
import io.margay.protocol.message.ListGroupsRequest;
import io.margay.protocol.message.ListGroupsResponse;
import io.margay.protocol.message.ListPartitionReassignmentsRequest;
import io.margay.protocol.message.ListPartitionReassignmentsResponse;
import io.margay.protocol.message.OffsetCommitRequest;
import io.margay.protocol.message.OffsetCommitResponse;
import io.margay.spi.config.Catalogue;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingType;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What other brokers lead or coordinate, through a fake client: broker 1 is here, broker 2 there. */
class OtherBrokersTest {
  private static final Setting<String> LISTENER =
      new Catalogue("test").broker(SettingType.STRING, "inter.broker.listener.name", null).doc("The listener between brokers.");
  private final FakeBroker here = new FakeBroker();
  private final FakeBroker there = new FakeBroker();
  private final FakeRemote client = new FakeRemote();
  private final Gosh gosh = new Gosh(here);

  @AfterEach
  void close() {
    assertThat(client.repliesOpen).isZero();
    gosh.close();
  }

  @BeforeEach
  void cluster() {
    for (FakeBroker broker : List.of(here, there)) {
      broker.brokers(1, 2).topic("orders", partition(1, List.of(1, 2), List.of(1, 2)), partition(2, List.of(2, 1), List.of(1, 2)));
    }
    client.brokers.put("host2", there);
    gosh.remote.add(client);
  }

  @Test
  void recordsGoToTheirLeadersAndComeBack() throws Exception {
    gosh.run("produce orders -p 1 first");
    gosh.run("produce orders -p 0 second");
    assertThat(there.ends).containsOnlyKeys(new TopicPartition("orders", 1));
    assertThat(here.ends).containsOnlyKeys(new TopicPartition("orders", 0));
    assertThat(gosh.run("consume orders").lines()).containsExactlyInAnyOrder("first", "second");
    assertThat(there.requests.stream().filter(r -> r instanceof FetchRequest)).hasSize(1);
    assertThat(gosh.run("offset:list orders").lines().skip(1)).allMatch(line -> line.endsWith(" 1"));
    assertThat(client.connections).as("one is kept").hasSize(1);
  }

  @Test
  void aBatchIsDividedByLeader() throws Exception {
    assertThat(gosh.run("produce orders -K : -", "a:1\nb:2\n")).contains("produced 2 records");
    assertThat(here.ends).hasSize(1);
    assertThat(there.ends).hasSize(1);
  }

  @Test
  void aClosedConnectionIsOpenedAgain() throws Exception {
    gosh.run("produce orders -p 1 first");
    client.connections.get(0).close();
    gosh.run("produce orders -p 1 second");
    assertThat(client.connections).hasSize(2);
    gosh.remote.close();
    assertThat(client.connections.get(1).closed().toCompletableFuture()).isDone();
  }

  @Test
  void theListenerBetweenBrokersIsUsed() throws Exception {
    gosh.settings.define(List.of(LISTENER));
    gosh.settings.set(LISTENER, "INTERNAL");
    here.brokers.put(new BrokerId(2), new BrokerImage(new BrokerId(2), 1, List.of(
        new Endpoint("PLAINTEXT", "PLAINTEXT", "public", 9092), new Endpoint("INTERNAL", "PLAINTEXT", "host2", 9093)), null, false));
    assertThat(gosh.run("produce orders -p 1 first")).contains("produced 1 record");
  }

  @Test
  void aBrokerThatCannotBeReachedIsNamed() {
    client.brokers.clear();
    assertThatThrownBy(() -> gosh.run("produce orders -p 1 first"))
        .hasMessage("Produce failed: cannot connect to host2:9092: connection refused");
    assertThatThrownBy(() -> gosh.run("consume orders")).hasMessage("not all leaders of topic orders can be reached from here; "
        + "partition:list orders shows them, -p chooses a partition");
    client.brokers.put("host2", there);
    there.missing.add((short) 0);
    assertThatThrownBy(() -> gosh.run("produce orders -p 1 first"))
        .hasMessage("Produce failed: the broker at host2:9092 does not serve it");
    gosh.remote.remove(client);
    assertThat(there.ends).isEmpty();
  }

  @Test
  void groupsAreAskedWhereTheyAreCoordinated() throws Exception {
    here.others.put(ListGroupsRequest.API.key(), r -> listed("a"));
    there.others.put(ListGroupsRequest.API.key(), r -> listed("b"));
    here.others.put(FindCoordinatorRequest.API.key(), r -> new FindCoordinatorResponse().setCoordinators(List.of(
        new FindCoordinatorResponse.Coordinator().setKey("b").setNodeId(2).setHost("host2").setPort(9092))));
    there.others.put(OffsetCommitRequest.API.key(), r -> new OffsetCommitResponse());
    assertThat(gosh.run("group:list").lines().map(line -> line.replaceAll(" .*", ""))).containsExactly("GROUP", "a", "b");
    gosh.run("offset:reset b orders --to latest");
    assertThat(there.requests).anyMatch(r -> r instanceof OffsetCommitRequest);
    there.others.put(ListGroupsRequest.API.key(), r -> new ListGroupsResponse().setErrorCode(Errors.COORDINATOR_NOT_AVAILABLE.code()));
    assertThatThrownBy(() -> gosh.run("group:list")).hasMessageStartingWith("the list is not complete; groups of broker 2 are not "
        + "known: cannot list groups: ");
    gosh.remote.remove(client);
    assertThatThrownBy(() -> gosh.run("offset:reset b orders --to 0 -p 0"))
        .hasMessage("group b is coordinated by broker 2 at host2:9092; run this there");
  }

  private static ListGroupsResponse listed(String group) {
    return new ListGroupsResponse().setGroups(List.of(new ListGroupsResponse.ListedGroup().setGroupId(group).setGroupType("classic")
        .setGroupState("Empty").setProtocolType("consumer")));
  }

  @Test
  void sizesAndLagComeFromAllBrokers() throws Exception {
    here.others.put(DescribeLogDirsRequest.API.key(), r -> sizes(1000, 0));
    there.others.put(DescribeLogDirsRequest.API.key(), r -> sizes(400, 6));
    assertThat(gosh.run("partition:list orders --broker 2")).containsPattern("orders +0 +1 +3 +1,2 +1,2 +- +0 +0 +6 +1000");
    here.topic("moving", moving(1, List.of(1, 2), List.of(1), List.of(2), List.of(1)));
    here.others.put(ListPartitionReassignmentsRequest.API.key(), r -> new ListPartitionReassignmentsResponse().setTopics(List.of(
        new ListPartitionReassignmentsResponse.OngoingTopicReassignment().setName("moving").setPartitions(List.of(
            new ListPartitionReassignmentsResponse.OngoingPartitionReassignment().setReplicas(List.of(1, 2))
                .setAddingReplicas(List.of(2)).setRemovingReplicas(List.of(1)))))));
    assertThat(gosh.run("reassign:status")).containsPattern("Bytes: +400\n").containsPattern("Bytes total: +1000\n");
  }

  @Test
  void aBrokerTellsItsOwnSettings() throws Exception {
    there.others.put(DescribeConfigsRequest.API.key(), r -> new DescribeConfigsResponse().setResults(List.of(
        new DescribeConfigsResponse.DescribeConfigsResult().setConfigs(List.of(
            new DescribeConfigsResponse.DescribeConfigsResourceResult().setName("num.partitions").setValue("7"))))));
    assertThat(gosh.run("config:get broker 2 num.partitions")).contains("7");
  }

  private static DescribeLogDirsResponse sizes(long bytes, long lag) {
    DescribeLogDirsResponse.DescribeLogDirsResult directory = new DescribeLogDirsResponse.DescribeLogDirsResult().setLogDir("d");
    for (String topic : List.of("orders", "moving")) {
      directory.topics().add(new DescribeLogDirsResponse.DescribeLogDirsTopic().setName(topic).setPartitions(List.of(
          new DescribeLogDirsResponse.DescribeLogDirsPartition().setPartitionSize(bytes).setOffsetLag(lag))));
    }
    return new DescribeLogDirsResponse().setResults(List.of(directory));
  }
}
