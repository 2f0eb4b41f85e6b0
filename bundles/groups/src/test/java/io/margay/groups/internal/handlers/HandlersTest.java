package io.margay.groups.internal.handlers;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.groups.internal.GroupsFixture;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.Messages;
import io.margay.protocol.message.ConsumerGroupDescribeRequest;
import io.margay.protocol.message.ConsumerGroupDescribeResponse;
import io.margay.protocol.message.ConsumerGroupHeartbeatRequest;
import io.margay.protocol.message.ConsumerGroupHeartbeatResponse;
import io.margay.protocol.message.DeleteGroupsRequest;
import io.margay.protocol.message.DeleteGroupsResponse;
import io.margay.protocol.message.DescribeGroupsRequest;
import io.margay.protocol.message.DescribeGroupsResponse;
import io.margay.protocol.message.FindCoordinatorRequest;
import io.margay.protocol.message.FindCoordinatorResponse;
import io.margay.protocol.message.HeartbeatRequest;
import io.margay.protocol.message.HeartbeatResponse;
import io.margay.protocol.message.JoinGroupRequest;
import io.margay.protocol.message.JoinGroupResponse;
import io.margay.protocol.message.LeaveGroupRequest;
import io.margay.protocol.message.LeaveGroupResponse;
import io.margay.protocol.message.ListGroupsRequest;
import io.margay.protocol.message.ListGroupsResponse;
import io.margay.protocol.message.OffsetCommitRequest;
import io.margay.protocol.message.OffsetCommitResponse;
import io.margay.protocol.message.OffsetDeleteRequest;
import io.margay.protocol.message.OffsetDeleteResponse;
import io.margay.protocol.message.OffsetFetchRequest;
import io.margay.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.margay.protocol.message.OffsetFetchResponse;
import io.margay.protocol.message.SyncGroupRequest;
import io.margay.protocol.message.SyncGroupResponse;
import io.margay.spi.handler.FakeRequest;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every handler in every version, over encoded bytes. */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HandlersTest {
  private static final String G = "g";
  private static final UUID T = new UUID(1, 1);
  private final GroupsFixture f = new GroupsFixture();
  private final GroupCoordinatorService groups = f.service();

  private static <R extends Message> R ask(GroupHandler<?> handler, int version, Message query, R answer) {
    FakeRequest request = new FakeRequest(handler.api(), query, version);
    handler.handle(request);
    return request.answer(answer);
  }

  @Test
  void aConsumersLifeInEveryVersion() {
    ConsumerGroupHeartbeatHandler beats = new ConsumerGroupHeartbeatHandler(groups);
    ConsumerGroupDescribeHandler describes = new ConsumerGroupDescribeHandler(groups);
    for (int v = 0; v <= 1; v++) {
      ConsumerGroupHeartbeatRequest join = new ConsumerGroupHeartbeatRequest().setGroupId(G).setMemberId(v == 0 ? "" : "m")
          .setRebalanceTimeoutMs(60_000).setSubscribedTopicNames(List.of("t")).setTopicPartitions(List.of());
      ConsumerGroupHeartbeatResponse joined = ask(beats, v, join, new ConsumerGroupHeartbeatResponse());
      assertThat(joined.errorCode()).isZero();
      assertThat(joined.memberEpoch()).isPositive();
      assertThat(joined.assignment().topicPartitions().get(0).topicId()).isEqualTo(T);
      ConsumerGroupDescribeRequest ask = new ConsumerGroupDescribeRequest().setGroupIds(List.of(G, "none")).setIncludeAuthorizedOperations(true);
      ConsumerGroupDescribeResponse described = ask(describes, v, ask, new ConsumerGroupDescribeResponse());
      assertThat(described.groups().get(0).members().get(0).memberType()).isEqualTo((byte) (v == 0 ? -1 : 1));
      assertThat(described.groups().get(0).authorizedOperations()).isPositive();
      assertThat(described.groups().get(1).errorCode()).isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
      ConsumerGroupHeartbeatRequest leave =
          new ConsumerGroupHeartbeatRequest().setGroupId(G).setMemberId(joined.memberId()).setMemberEpoch(-1);
      assertThat(ask(beats, v, leave, new ConsumerGroupHeartbeatResponse()).memberEpoch()).isEqualTo(-1);
      assertThat(ask(beats, v, leave, new ConsumerGroupHeartbeatResponse()).errorCode()).isEqualTo(Errors.UNKNOWN_MEMBER_ID.code());
    }
    ConsumerGroupHeartbeatResponse bad = ask(beats, 1, new ConsumerGroupHeartbeatRequest().setGroupId(G).setMemberId("m")
        .setRebalanceTimeoutMs(1).setSubscribedTopicRegex("["), new ConsumerGroupHeartbeatResponse());
    assertThat(bad.errorCode()).isEqualTo(Errors.INVALID_REGULAR_EXPRESSION.code());
    assertThat(bad.errorMessage()).contains("missing closing ]");
    assertThat(ask(beats, 1, new ConsumerGroupHeartbeatRequest().setMemberId("m"), new ConsumerGroupHeartbeatResponse()).errorCode())
        .isEqualTo(Errors.INVALID_REQUEST.code());
  }

  @Test
  void aMembersLifeInEveryVersion() {
    for (int v = 0; v <= 9; v++) {
      JoinGroupRequest join = new JoinGroupRequest().setGroupId(G).setSessionTimeoutMs(10_000).setProtocolType("consumer");
      join.protocols().add(new JoinGroupRequest.JoinGroupRequestProtocol().setName("range").setMetadata(new byte[] {1}));
      JoinGroupHandler joins = new JoinGroupHandler(groups);
      JoinGroupResponse joined = ask(joins, v, join, new JoinGroupResponse());
      if (v >= 4) {
        assertThat(joined.errorCode()).isEqualTo(Errors.MEMBER_ID_REQUIRED.code());
        joined = ask(joins, v, join.setMemberId(joined.memberId()), new JoinGroupResponse());
      }
      assertThat(joined.errorCode()).isZero();
      String id = joined.memberId();
      int generation = joined.generationId();
      int syncVersion = Math.min(v, 5);
      SyncGroupRequest sync = new SyncGroupRequest().setGroupId(G).setMemberId(id).setGenerationId(generation)
          .setProtocolType(syncVersion >= 5 ? "consumer" : null).setProtocolName(syncVersion >= 5 ? "range" : null);
      sync.assignments().add(new SyncGroupRequest.SyncGroupRequestAssignment().setMemberId(id).setAssignment(new byte[] {7}));
      SyncGroupHandler syncs = new SyncGroupHandler(groups);
      assertThat(ask(syncs, syncVersion, sync, new SyncGroupResponse()).assignment()).isEqualTo(new byte[] {7});
      if (syncVersion == 5) {
        assertThat(ask(syncs, 5, sync.setProtocolName(null), new SyncGroupResponse()).errorCode())
            .isEqualTo(Errors.INCONSISTENT_GROUP_PROTOCOL.code());
      }
      HeartbeatRequest beat = new HeartbeatRequest().setGroupId(G).setMemberId(id).setGenerationId(generation);
      assertThat(ask(new HeartbeatHandler(groups), Math.min(v, 4), beat, new HeartbeatResponse()).errorCode()).isZero();
      int leaveVersion = Math.min(v, 5);
      LeaveGroupRequest leave = new LeaveGroupRequest().setGroupId(G);
      if (leaveVersion >= 3) {
        leave.members().add(new LeaveGroupRequest.MemberIdentity().setMemberId(id));
      } else {
        leave.setMemberId(id);
      }
      LeaveGroupHandler leaves = new LeaveGroupHandler(groups);
      assertThat(ask(leaves, leaveVersion, leave, new LeaveGroupResponse()).errorCode()).isZero();
      LeaveGroupResponse again = ask(leaves, leaveVersion, leave, new LeaveGroupResponse());
      assertThat(leaveVersion >= 3 ? again.members().get(0).errorCode() : again.errorCode())
          .isEqualTo(Errors.UNKNOWN_MEMBER_ID.code());
      assertThat(ask(joins, v, join.setGroupId(""), new JoinGroupResponse()).errorCode())
          .isEqualTo(Errors.INVALID_GROUP_ID.code());
      join.setGroupId(G);
    }
  }

  @Test
  void offsetsInEveryVersion() {
    for (int v = 2; v <= 10; v++) {
      OffsetCommitRequest.OffsetCommitRequestTopic topic = new OffsetCommitRequest.OffsetCommitRequestTopic()
          .setName(v < 10 ? "t" : "").setTopicId(v < 10 ? new UUID(0, 0) : T);
      topic.partitions().add(new OffsetCommitRequest.OffsetCommitRequestPartition().setCommittedOffset(v)
          .setCommittedMetadata("x"));
      OffsetCommitResponse answer = ask(new OffsetCommitHandler(groups), v,
          new OffsetCommitRequest().setGroupId(G).setTopics(List.of(topic)), new OffsetCommitResponse());
      assertThat(answer.topics().get(0).partitions().get(0).errorCode()).isZero();
      if (v == 10) {
        topic.setTopicId(new UUID(7, 7));
        answer = ask(new OffsetCommitHandler(groups), v, new OffsetCommitRequest().setGroupId(G).setTopics(List.of(topic)),
            new OffsetCommitResponse());
        assertThat(answer.topics().get(0).partitions().get(0).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_ID.code());
      }
      assertThat(fetched(v - 1)).isEqualTo(v);
    }
    assertThat(fetched(10)).isEqualTo(10);
  }

  private long fetched(int version) {
    OffsetFetchHandler handler = new OffsetFetchHandler(groups);
    OffsetFetchRequest query = new OffsetFetchRequest();
    if (version < 8) {
      query.setGroupId(G).topics().add(new OffsetFetchRequest.OffsetFetchRequestTopic().setName("t")
          .setPartitionIndexes(List.of(0)));
      OffsetFetchResponse r = ask(handler, version, query, new OffsetFetchResponse());
      return r.topics().get(0).partitions().get(0).committedOffset();
    }
    OffsetFetchRequestGroup all = new OffsetFetchRequestGroup().setGroupId(G).setTopics(null);
    OffsetFetchRequestGroup some = new OffsetFetchRequestGroup().setGroupId(G);
    some.topics().add(new OffsetFetchRequest.OffsetFetchRequestTopics().setName(version < 10 ? "t" : "")
        .setTopicId(version < 10 ? new UUID(0, 0) : T).setPartitionIndexes(List.of(0)));
    if (version >= 10) {
      some.topics().add(new OffsetFetchRequest.OffsetFetchRequestTopics().setTopicId(new UUID(8, 8))
          .setPartitionIndexes(List.of(0)));
    }
    OffsetFetchResponse r = ask(handler, version, query.setGroups(List.of(all, some)), new OffsetFetchResponse());
    assertThat(r.groups()).hasSize(2);
    if (version >= 10) {
      assertThat(r.groups().get(0).topics().get(0).topicId()).isEqualTo(T);
      assertThat(r.groups().get(1).topics().get(1).partitions().get(0).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_ID.code());
    }
    assertThat(r.groups().get(0).topics().get(0).partitions()).isEqualTo(r.groups().get(1).topics().get(0).partitions());
    return r.groups().get(0).topics().get(0).partitions().get(0).committedOffset();
  }

  @Test
  void coordinatorsInEveryVersion() {
    FindCoordinatorHandler handler = new FindCoordinatorHandler(groups);
    for (int v = 0; v <= 6; v++) {
      FindCoordinatorRequest query = new FindCoordinatorRequest();
      if (v < 4) {
        FindCoordinatorResponse r = ask(handler, v, query.setKey(G), new FindCoordinatorResponse());
        assertThat(List.of(r.errorCode(), r.nodeId(), r.host(), r.port())).isEqualTo(List.of((short) 0, 1, "h", 9092));
      } else {
        FindCoordinatorResponse r = ask(handler, v, query.setCoordinatorKeys(List.of("a", "b")), new FindCoordinatorResponse());
        assertThat(r.coordinators()).extracting(c -> c.port()).containsExactly(9092, 9092);
      }
    }
    FindCoordinatorRequest query = new FindCoordinatorRequest().setKeyType((byte) 1).setCoordinatorKeys(List.of("x"));
    FindCoordinatorResponse r = ask(handler, 4, query, new FindCoordinatorResponse());
    assertThat(r.coordinators()).extracting(c -> c.port()).as("a transactional id").containsExactly(9092);
    query = new FindCoordinatorRequest().setKeyType((byte) 2).setCoordinatorKeys(List.of("x"));
    assertThat(ask(handler, 6, query, new FindCoordinatorResponse()).coordinators().get(0).errorCode())
        .isEqualTo(Errors.INVALID_REQUEST.code());
  }

  @Test
  void administrationInEveryVersion() {
    f.commitSimple("t", 5);
    for (int v = 0; v <= 6; v++) {
      DescribeGroupsResponse d = ask(new DescribeGroupsHandler(groups), v, new DescribeGroupsRequest()
          .setGroups(List.of(G, "nobody")).setIncludeAuthorizedOperations(v >= 3), new DescribeGroupsResponse());
      assertThat(d.groups().get(0).groupState()).isEqualTo("Empty");
      assertThat(d.groups().get(1).groupState()).isEqualTo("Dead");
      assertThat(d.groups().get(0).authorizedOperations()).isEqualTo(v < 3 ? Integer.MIN_VALUE : 3400);
    }
    for (int v = 0; v <= 5; v++) {
      ListGroupsResponse l = ask(new ListGroupsHandler(groups), v, new ListGroupsRequest(), new ListGroupsResponse());
      assertThat(l.groups()).extracting(g -> g.groupId()).containsExactly(G);
    }
    OffsetDeleteRequest od = new OffsetDeleteRequest().setGroupId("nobody");
    assertThat(ask(new OffsetDeleteHandler(groups), 0, od, new OffsetDeleteResponse()).errorCode())
        .isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());
    for (int v = 0; v <= 3; v++) {
      f.commitSimple("t", 5);
      DeleteGroupsRequest query = new DeleteGroupsRequest().setGroupsNames(List.of(G, "nobody"));
      DeleteGroupsResponse d = ask(new DeleteGroupsHandler(groups), v, query, new DeleteGroupsResponse());
      assertThat(d.results()).extracting(r -> Errors.forCode(r.errorCode()))
          .containsExactly(Errors.NONE, Errors.GROUP_ID_NOT_FOUND);
    }
  }

  @Test
  void everyErrorHasAShapeInEveryVersion() {
    List<GroupHandler<?>> all = List.of(new DeleteGroupsHandler(groups), new DescribeGroupsHandler(groups),
        new FindCoordinatorHandler(groups), new HeartbeatHandler(groups), new JoinGroupHandler(groups),
        new LeaveGroupHandler(groups), new ListGroupsHandler(groups), new OffsetCommitHandler(groups),
        new OffsetDeleteHandler(groups),
        new OffsetFetchHandler(groups), new SyncGroupHandler(groups));
    for (GroupHandler<?> h : all) {
      for (short v = h.lowestVersion(); v <= h.highestVersion(); v++) {
        // an undecodable body
        FakeRequest request = new FakeRequest(h.api(), Unpooled.wrappedBuffer(Messages.toBytes(new ListGroupsResponse(), (short) 0)), v);
        request.respond(h.errorResponse(request, Errors.NOT_COORDINATOR));
      }
    }
  }
}
