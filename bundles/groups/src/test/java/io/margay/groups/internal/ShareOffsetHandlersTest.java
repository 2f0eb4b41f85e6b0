package io.margay.groups.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.groups.internal.handlers.GroupHandlers;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.AlterShareGroupOffsetsRequest;
import io.margay.protocol.message.AlterShareGroupOffsetsResponse;
import io.margay.protocol.message.DeleteShareGroupOffsetsRequest;
import io.margay.protocol.message.DeleteShareGroupOffsetsResponse;
import io.margay.protocol.message.DescribeShareGroupOffsetsRequest;
import io.margay.protocol.message.DescribeShareGroupOffsetsResponse;
import io.margay.protocol.message.ShareGroupHeartbeatRequest;
import io.margay.spi.handler.FakeRequest;
import io.margay.spi.handler.Principal;
import io.margay.spi.security.Authorizer;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What administrators do to the offsets of share groups. */
class ShareOffsetHandlersTest {
  private static final UUID T = new UUID(1, 1);

  private final GroupsFixture f = new GroupsFixture();
  /** Names of groups and topics to which nothing is allowed. */
  private final List<String> denied = new ArrayList<>();

  private final Authorizer authorizer = new Authorizer() {
    @Override
    public boolean allows(Principal principal, InetAddress host, AclOperation operation, ResourceType type, String name) {
      return !denied.contains(name);
    }

    @Override
    public boolean allowsAny(Principal principal, InetAddress host, AclOperation operation, ResourceType type) {
      return true;
    }

    @Override
    public long version() {
      return 0;
    }
  };

  @BeforeEach
  void aGroupHasConsumed() {
    f.image = GroupsFixture.imageOf(Map.of("t", 2, "u", 1));
    beat(0);
    beat(-1);
  }

  private void beat(int epoch) {
    f.groups.shareHeartbeat(new ShareGroupHeartbeatRequest().setGroupId(GroupsFixture.GROUP).setMemberId("a").setMemberEpoch(epoch)
        .setSubscribedTopicNames(List.of("t")), "client", "/127.0.0.1", 1).join();
  }

  private <R extends Message> R ask(Message query, R answer) {
    FakeRequest[] request = new FakeRequest[1];
    GroupHandlers.of(f.groups).stream().filter(h -> h.api().key() == query.apiKey()).forEach(h -> {
      request[0] = new FakeRequest(h.api(), query, h.api().highest()).authorizer(authorizer);
      h.handle(request[0]);
    });
    return request[0].answer(answer);
  }

  private AlterShareGroupOffsetsResponse alter(String topic, int partition, long offset) {
    AlterShareGroupOffsetsRequest query = new AlterShareGroupOffsetsRequest().setGroupId(GroupsFixture.GROUP);
    AlterShareGroupOffsetsRequest.AlterShareGroupOffsetsRequestTopic t =
        new AlterShareGroupOffsetsRequest.AlterShareGroupOffsetsRequestTopic().setTopicName(topic);
    t.partitions().add(new AlterShareGroupOffsetsRequest.AlterShareGroupOffsetsRequestPartition().setPartitionIndex(partition)
        .setStartOffset(offset));
    query.topics().add(t);
    return ask(query, new AlterShareGroupOffsetsResponse());
  }

  private static Errors only(AlterShareGroupOffsetsResponse response) {
    assertThat(response.errorCode()).isZero();
    return Errors.forCode(response.responses().get(0).partitions().get(0).errorCode());
  }

  private DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseGroup describe(String... topics) {
    DescribeShareGroupOffsetsRequest.DescribeShareGroupOffsetsRequestGroup group =
        new DescribeShareGroupOffsetsRequest.DescribeShareGroupOffsetsRequestGroup().setGroupId(GroupsFixture.GROUP);
    group.setTopics(topics.length == 0 ? null : new ArrayList<>());
    for (String topic : topics) {
      group.topics().add(new DescribeShareGroupOffsetsRequest.DescribeShareGroupOffsetsRequestTopic().setTopicName(topic)
          .setPartitions(new ArrayList<>(List.of(0))));
    }
    DescribeShareGroupOffsetsRequest query = new DescribeShareGroupOffsetsRequest();
    query.groups().add(group);
    return ask(query, new DescribeShareGroupOffsetsResponse()).groups().get(0);
  }

  private Errors delete(String topic) {
    DeleteShareGroupOffsetsRequest query = new DeleteShareGroupOffsetsRequest().setGroupId(GroupsFixture.GROUP);
    query.topics().add(new DeleteShareGroupOffsetsRequest.DeleteShareGroupOffsetsRequestTopic().setTopicName(topic));
    DeleteShareGroupOffsetsResponse response = ask(query, new DeleteShareGroupOffsetsResponse());
    return Errors.forCode(response.errorCode() != 0 ? response.errorCode() : response.responses().get(0).errorCode());
  }

  private long[] state(int partition) {
    return f.shareStates.states.get(new TestShareStates.Key(GroupsFixture.GROUP, T, partition));
  }

  @Test
  void offsetsAreAlteredAndDescribed() {
    long epoch = state(0)[0];
    assertThat(only(alter("t", 0, 42))).isEqualTo(Errors.NONE);
    assertThat(state(0)[0]).as("leaders that know the former state are fenced").isGreaterThan(epoch);
    assertThat(state(0)[1]).isEqualTo(42);
    assertThat(describe().topics()).hasSize(1);
    assertThat(describe().topics().get(0).partitions()).extracting(
        DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponsePartition::startOffset).containsExactly(42L, -1L);
    assertThat(describe("none").topics().get(0).partitions().get(0).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
  }

  @Test
  void aTopicThatNobodyHasConsumedGetsAState() {
    assertThat(only(alter("u", 0, 7))).isEqualTo(Errors.NONE);
    assertThat(describe("u").topics().get(0).partitions().get(0).startOffset()).isEqualTo(7);
    f.restart();
    assertThat(describe().topics()).hasSize(2);
  }

  @Test
  void nothingIsWrittenWhenNoPartitionMayBeAltered() {
    int records = f.log.records.size();
    assertThat(only(alter("none", 0, 42))).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(only(alter("t", 2, 42))).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(only(alter("t", 0, -5))).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    denied.add("t");
    assertThat(only(alter("t", 0, 42))).isEqualTo(Errors.TOPIC_AUTHORIZATION_FAILED);
    assertThat(f.log.records.size()).isEqualTo(records);
    assertThat(state(0)[1]).isEqualTo(-1);
  }

  @Test
  void aStateThatCannotBeWrittenStaysAsItIs() {
    f.shareStates.failure = Errors.NOT_COORDINATOR;
    assertThat(only(alter("t", 0, 42))).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    f.shareStates.failure = Errors.NONE;
    assertThat(describe("t").topics().get(0).partitions().get(0).startOffset()).isEqualTo(-1);
  }

  @Test
  void offsetsAreDeletedWithTheirState() {
    assertThat(delete("none")).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(delete("u")).as("it has no state").isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    f.shareStates.failure = Errors.NOT_COORDINATOR;
    assertThat(delete("t")).isEqualTo(Errors.NOT_COORDINATOR);
    assertThat(describe("t").topics().get(0).partitions()).hasSize(1);
    f.shareStates.failure = Errors.NONE;
    assertThat(delete("t")).isEqualTo(Errors.NONE);
    assertThat(f.shareStates.states).isEmpty();
    assertThat(describe().topics()).isEmpty();
  }

  @Test
  void aGroupWithMembersIsNotChanged() {
    beat(0);
    assertThat(alter("t", 0, 42).errorCode()).isEqualTo(Errors.NON_EMPTY_GROUP.code());
    assertThat(delete("t")).isEqualTo(Errors.NON_EMPTY_GROUP);
    assertThat(state(0)[1]).isEqualTo(-1);
  }

  @Test
  void whoMayNotSeeAGroupOrATopicIsRefused() {
    denied.add("t");
    assertThat(describe().topics()).as("left out where all are asked for").isEmpty();
    assertThat(describe("t").topics().get(0).partitions().get(0).errorCode()).isEqualTo(Errors.TOPIC_AUTHORIZATION_FAILED.code());
    assertThat(delete("t")).isEqualTo(Errors.TOPIC_AUTHORIZATION_FAILED);
    denied.add(GroupsFixture.GROUP);
    assertThat(describe().errorCode()).isEqualTo(Errors.GROUP_AUTHORIZATION_FAILED.code());
    assertThat(alter("t", 0, 42).errorCode()).isEqualTo(Errors.GROUP_AUTHORIZATION_FAILED.code());
    assertThat(delete("t")).isEqualTo(Errors.GROUP_AUTHORIZATION_FAILED);
    assertThat(state(0)[1]).isEqualTo(-1);
  }
}
