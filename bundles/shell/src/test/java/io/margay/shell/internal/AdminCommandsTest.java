package io.margay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.metadata.ConfigResource;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.Messages;
import io.margay.protocol.message.ApiVersionsRequest;
import io.margay.protocol.message.ApiVersionsResponse;
import io.margay.protocol.message.ConsumerProtocolAssignment;
import io.margay.protocol.message.DeleteGroupsRequest;
import io.margay.protocol.message.DeleteGroupsResponse;
import io.margay.protocol.message.DescribeConfigsRequest;
import io.margay.protocol.message.DescribeConfigsResponse;
import io.margay.protocol.message.DescribeGroupsRequest;
import io.margay.protocol.message.DescribeGroupsResponse;
import io.margay.protocol.message.FindCoordinatorRequest;
import io.margay.protocol.message.FindCoordinatorResponse;
import io.margay.protocol.message.IncrementalAlterConfigsRequest;
import io.margay.protocol.message.IncrementalAlterConfigsResponse;
import io.margay.protocol.message.ListGroupsRequest;
import io.margay.protocol.message.ListGroupsResponse;
import io.margay.protocol.message.OffsetCommitRequest;
import io.margay.protocol.message.OffsetCommitResponse;
import io.margay.protocol.message.OffsetFetchRequest;
import io.margay.protocol.message.OffsetFetchResponse;
import io.margay.spi.config.NodeSettings.NotApplied;
import io.margay.spi.config.NodeSettings.Reason;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Groups, offsets, settings and the broker's state as they are typed, against a fake broker with one classic group. */
class AdminCommandsTest {
  private final FakeBroker broker = new FakeBroker();
  private final Gosh gosh = new Gosh(broker);
  private final Map<TopicPartition, Long> committed = new TreeMap<>();
  private Errors commitError = Errors.NONE;
  private int loading = 1;

  @AfterEach
  void close() {
    gosh.close();
  }

  @BeforeEach
  void groups() {
    broker.topic("orders", 2);
    broker.ends.put(new TopicPartition("orders", 0), 10L);
    broker.others.put(FindCoordinatorRequest.API.key(), r -> new FindCoordinatorResponse().setCoordinators(List.of(
        new FindCoordinatorResponse.Coordinator().setKey("billing").setNodeId(1)
            .setErrorCode(loading-- > 0 ? Errors.COORDINATOR_NOT_AVAILABLE.code() : 0))));
    broker.others.put(ListGroupsRequest.API.key(), r -> new ListGroupsResponse().setGroups(List.of(
        new ListGroupsResponse.ListedGroup().setGroupId("billing").setGroupType("classic").setGroupState("Stable")
            .setProtocolType("consumer"))));
    ConsumerProtocolAssignment assignment = new ConsumerProtocolAssignment().setAssignedPartitions(List.of(
        new ConsumerProtocolAssignment.TopicPartition().setTopic("orders").setPartitions(List.of(0, 1))));
    broker.others.put(DescribeGroupsRequest.API.key(), r -> new DescribeGroupsResponse().setGroups(List.of(
        new DescribeGroupsResponse.DescribedGroup().setGroupId("billing").setGroupState("Stable").setProtocolType("consumer")
            .setProtocolData("range").setMembers(List.of(new DescribeGroupsResponse.DescribedGroupMember().setMemberId("m-1")
                .setClientId("app").setClientHost("/127.0.0.1")
                .setMemberAssignment(Messages.toVersionedBytes(assignment, (short) 3)))))));
    broker.others.put(OffsetFetchRequest.API.key(), r -> {
      var group = new OffsetFetchResponse.OffsetFetchResponseGroup().setGroupId("billing");
      committed.forEach((tp, offset) -> group.topics().add(new OffsetFetchResponse.OffsetFetchResponseTopics()
          .setTopicId(broker.topics.get(tp.topic()).id()).setPartitions(List.of(
              new OffsetFetchResponse.OffsetFetchResponsePartitions().setPartitionIndex(tp.partition())
                  .setCommittedOffset(offset)))));
      return new OffsetFetchResponse().setGroups(List.of(group));
    });
    broker.others.put(OffsetCommitRequest.API.key(), r -> {
      OffsetCommitResponse response = new OffsetCommitResponse();
      ((OffsetCommitRequest) r).topics().forEach(t -> {
        var topic = new OffsetCommitResponse.OffsetCommitResponseTopic().setTopicId(t.topicId());
        t.partitions().forEach(p -> {
          committed.put(new TopicPartition(t.name(), p.partitionIndex()), p.committedOffset());
          topic.partitions().add(new OffsetCommitResponse.OffsetCommitResponsePartition().setPartitionIndex(p.partitionIndex())
              .setErrorCode(commitError.code()));
        });
        response.topics().add(topic);
      });
      return response;
    });
    broker.others.put(DeleteGroupsRequest.API.key(), r -> new DeleteGroupsResponse().setResults(List.of(
        new DeleteGroupsResponse.DeletableGroupResult().setGroupId("billing").setErrorCode(Errors.NON_EMPTY_GROUP.code()))));
  }

  @Test
  void groupsAreListedAndDescribedWithTheirLag() throws Exception {
    committed.put(new TopicPartition("orders", 0), 7L);
    assertThat(gosh.run("group:list")).isEqualTo("""
        GROUP    TYPE     STATE   PROTOCOL
        billing  classic  Stable  consumer
        """);
    assertThat(gosh.run("group:describe billing")).isEqualTo("""
        Group:    billing
        Type:     classic
        State:    Stable
        Assignor: range
        Epoch:    -

        MEMBER  INSTANCE  CLIENT  HOST        ASSIGNMENT
        m-1     -         app     /127.0.0.1  orders-0,orders-1

        TOPIC   PARTITION  COMMITTED OFFSET  END OFFSET  LAG  MEMBER
        orders          0                 7          10    3  m-1
        orders          1                 -           0    -  m-1
        """);
    assertThat(gosh.run("group:describe billing --json")).contains("\"lag\" : 3").contains("\"epoch\" : null");
    assertThatThrownBy(() -> gosh.run("group:describe biling")).hasMessage("there is no group biling; did you mean billing?");
    assertThatThrownBy(() -> gosh.run("group:delete billing"))
        .hasMessage("cannot delete group billing: The group still has members. (NON_EMPTY_GROUP)");
  }

  @Test
  void offsetsAreResetWithinTheLog() throws Exception {
    gosh.run("offset:reset billing orders --to latest");
    assertThat(committed).containsEntry(new TopicPartition("orders", 0), 10L).containsEntry(new TopicPartition("orders", 1), 0L);
    gosh.run("offset:reset billing orders --to 4 -p 0");
    assertThat(committed).containsEntry(new TopicPartition("orders", 0), 4L);
    assertThatThrownBy(() -> gosh.run("offset:reset billing orders --to 4"))
        .hasMessage("offset 4 is outside of partition 1, which has 0 to 0; nothing was changed");
    commitError = Errors.UNKNOWN_MEMBER_ID;
    assertThatThrownBy(() -> gosh.run("offset:reset billing orders --to earliest"))
        .hasMessage("group billing has members, so only they commit; stop them first");
    assertThatThrownBy(() -> gosh.run("offset:reset billing orders")).hasMessageContaining("Missing required option: '--to=");
  }

  @Test
  void settingsAreShownSetAndUnset() throws Exception {
    var set = new DescribeConfigsResponse.DescribeConfigsResourceResult().setName("flush.ms").setValue("5")
        .setConfigSource((byte) 1);
    var unset = new DescribeConfigsResponse.DescribeConfigsResourceResult().setName("cleanup.policy").setValue("delete")
        .setConfigSource((byte) 5);
    broker.others.put(DescribeConfigsRequest.API.key(), r -> new DescribeConfigsResponse().setResults(List.of(
        new DescribeConfigsResponse.DescribeConfigsResult().setResourceType((byte) 2).setResourceName("orders")
            .setConfigs(List.of(set, unset)))));
    broker.others.put(IncrementalAlterConfigsRequest.API.key(), r -> new IncrementalAlterConfigsResponse());
    assertThat(gosh.run("config:list topic orders")).isEqualTo("""
        SETTING   VALUE  SOURCE
        flush.ms  5      topic
        """);
    assertThat(gosh.run("config:list topic orders --all")).contains("cleanup.policy  delete  default");
    assertThat(gosh.run("config:get topic orders flush.ms")).isEqualTo("5\n");
    assertThat(gosh.run("config:set topic orders flush.ms=7")).isEqualTo("set flush.ms of topic orders\n");
    assertThat(gosh.run("config:unset broker all num.partitions")).isEqualTo("unset num.partitions of all brokers\n");
    var last = (IncrementalAlterConfigsRequest) broker.requests.get(broker.requests.size() - 1);
    assertThat(last.resources().get(0).resourceName()).isEmpty();
    assertThat(last.resources().get(0).configs().get(0).configOperation()).isEqualTo((byte) 1);
    assertThatThrownBy(() -> gosh.run("config:list planet earth")).hasMessageContaining("expected topic, broker or group");
  }

  @Test
  void aSettingIsExplained() throws Exception {
    broker.configs.put(ConfigResource.topic("orders"), Map.of("flush.ms", "5"));
    assertThat(gosh.run("config:explain flush.ms orders")).containsPattern("Value: +5").containsPattern("Set by: +Admin API")
        .containsPattern("Applied: +true").containsPattern("9223372036854775807 +default +flush.ms +default +overridden");
    assertThat(gosh.run("config:explain num.partitions")).containsPattern("Of: +broker").containsPattern("Default: +1")
        .containsPattern("Expected: +a number of at least 1").containsPattern("1 +default +num.partitions +default +counts");
    assertThatThrownBy(() -> gosh.run("config:explain flush.mss orders"))
        .hasMessage("there is no setting flush.mss of topics; did you mean flush.ms?");
  }

  @Test
  void explainsWhatWasGivenAndIsNotApplied() throws Exception {
    gosh.settings.refused().add(new NotApplied("num.partitions", "0", "configuration io.margay", Reason.REFUSED,
        "expected a number of at least 1"));
    gosh.settings.refused().add(new NotApplied("num.partition", null, "etc/margay.cfg:3", Reason.REFUSED, "there is none"));
    assertThat(gosh.run("config:explain num.partitions")).containsPattern("Applied: +false")
        .containsPattern("Not applied because: +configuration io.margay: expected a number of at least 1")
        .containsPattern("1 +default +num.partitions +default +counts")
        .containsPattern("0 +configuration io.margay +num.partitions +- +refused");
    assertThat(gosh.run("config:explain num.partitions --json")).contains("\"applied\" : false").contains("\"state\" : \"refused\"")
        .contains("\"default\" : \"1\"");
    assertThatThrownBy(() -> gosh.run("config:explain num.partition")).hasMessage("there is no setting num.partition, and what "
        + "etc/margay.cfg:3 gives for it was refused; did you mean num.partitions?");
  }

  @Test
  void bundlesAreRefreshedWithAndWithoutNames() throws Exception {
    gosh.run("refresh");
    gosh.run("refresh io.margay.spi 7");
    assertThat(gosh.platform.refreshed).containsExactly(List.of(), List.of("io.margay.spi", "7"));
  }

  @Test
  void healthFailsWhenACheckDoes() throws Exception {
    assertThat(gosh.run("broker:health --tag live")).contains("heap").contains("OK").contains("12 % in use");
    assertThatThrownBy(() -> gosh.run("broker:health")).hasMessage("not healthy: log directories");
    assertThat(gosh.run("broker:health --tag live --json")).contains("\"status\" : \"OK\"");
  }

  @Test
  void theBrokerTellsOfItself() throws Exception {
    broker.others.put(ApiVersionsRequest.API.key(), r -> new ApiVersionsResponse().setApiKeys(List.of(
        new ApiVersionsResponse.ApiVersion().setApiKey((short) 18).setMinVersion((short) 0).setMaxVersion((short) 4))));
    assertThat(gosh.run("broker:apis")).isEqualTo("""
        KEY  API          LOWEST VERSION  HIGHEST VERSION
         18  ApiVersions               0                4
        """);
    assertThat(gosh.run("broker:status")).contains("Broker:          1").contains("PLAINTEXT://localhost:9092")
        .containsPattern("log +1.2.3 +active");
    assertThat(gosh.run("broker:status --json")).contains("\"partitionsLed\" : 2").contains("\"storageEngines\" : [ \"file\"");
    assertThat(BrokerCommands.uptime(90_061_000)).isEqualTo("1 day 01:01:01");
  }

  @Test
  void helpListsAllCommands() throws Exception {
    assertThat(gosh.run("help")).contains("topic:create").contains("Append records to a topic.");
    assertThat(gosh.run("help topic:create")).contains("Usage: topic:create");
    assertThatThrownBy(() -> gosh.run("help topic:crate")).hasMessageContaining("topic:create");
    assertThat(gosh.run("help")).as("commands of other bundles").containsPattern("\ndeploy +Replace bundles.\n")
        .containsPattern("\ndeploy:undo +Go back.\n");
    assertThat(gosh.run("help deploy")).isEqualTo("Usage: deploy FILE\n");
    assertThatThrownBy(() -> gosh.run("help deploy:und")).hasMessageContaining("did you mean deploy:undo?");
  }
}
