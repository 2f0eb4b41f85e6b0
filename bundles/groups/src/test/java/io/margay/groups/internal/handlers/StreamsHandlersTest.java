package io.margay.groups.internal.handlers;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.groups.internal.GroupsFixture;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.StreamsGroupDescribeRequest;
import io.margay.protocol.message.StreamsGroupDescribeResponse;
import io.margay.protocol.message.StreamsGroupHeartbeatRequest;
import io.margay.protocol.message.StreamsGroupHeartbeatResponse;
import io.margay.protocol.message.StreamsGroupTopologyDescriptionUpdateRequest;
import io.margay.protocol.message.StreamsGroupTopologyDescriptionUpdateRequest.TopologyDescription;
import io.margay.protocol.message.StreamsGroupTopologyDescriptionUpdateRequest.TopologyDescriptionNode;
import io.margay.protocol.message.StreamsGroupTopologyDescriptionUpdateRequest.TopologyDescriptionSubtopology;
import io.margay.protocol.message.StreamsGroupTopologyDescriptionUpdateResponse;
import io.margay.spi.handler.FakeRequest;
import io.margay.spi.handler.Principal;
import io.margay.spi.security.Authorizer;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Test;

/** The handlers of streams groups: rights, versions, and what is kept of a topology's description. */
class StreamsHandlersTest {
  private static final String G = "g";

  private final GroupsFixture f = new GroupsFixture();
  private final GroupCoordinatorService groups = f.service();

  private static StreamsGroupHeartbeatRequest join(String source) {
    StreamsGroupHeartbeatRequest.Subtopology part = new StreamsGroupHeartbeatRequest.Subtopology().setSubtopologyId("0")
        .setSourceTopics(List.of(source)).setStateChangelogTopics(List.of(new StreamsGroupHeartbeatRequest.TopicInfo().setName("changelog")));
    return new StreamsGroupHeartbeatRequest().setGroupId(G).setMemberId("m").setRebalanceTimeoutMs(60_000).setProcessId("p")
        .setTopology(new StreamsGroupHeartbeatRequest.Topology().setSubtopologies(new ArrayList<>(List.of(part))))
        .setActiveTasks(List.of()).setStandbyTasks(List.of()).setWarmupTasks(List.of());
  }

  private <R extends Message> R ask(GroupHandler<?> handler, int version, Message query, R answer, BiPredicate<AclOperation, String> rights) {
    FakeRequest request = new FakeRequest(handler.api(), query, version);
    request.authorizer(new Rights(rights));
    handler.handle(request);
    return request.answer(answer);
  }

  private StreamsGroupHeartbeatResponse beat(int version, StreamsGroupHeartbeatRequest query, BiPredicate<AclOperation, String> rights) {
    return ask(new StreamsGroupHeartbeatHandler(groups), version, query, new StreamsGroupHeartbeatResponse(), rights);
  }

  @Test
  void rightsAreLookedAt() {
    assertThat(beat(1, join("t"), (op, name) -> !name.equals(G)).errorCode()).isEqualTo(Errors.GROUP_AUTHORIZATION_FAILED.code());
    assertThat(beat(1, join("t"), (op, name) -> !name.equals("t")).errorCode()).isEqualTo(Errors.TOPIC_AUTHORIZATION_FAILED.code());
    assertThat(beat(1, join("__consumer_offsets"), (op, name) -> true).errorCode()).isEqualTo(Errors.STREAMS_INVALID_TOPOLOGY.code());
    assertThat(beat(1, join("__cluster_metadata"), (op, name) -> true).errorCode()).isEqualTo(Errors.STREAMS_INVALID_TOPOLOGY.code());
    assertThat(beat(1, join("x".repeat(250)), (op, name) -> true).errorCode()).isEqualTo(Errors.STREAMS_INVALID_TOPOLOGY.code());
    assertThat(beat(1, join("__mine"), (op, name) -> true).errorCode()).as("as in Kafka, a topic like others").isZero();
    assertThat(beat(1, join("no topic"), (op, name) -> true).errorMessage()).isEqualTo("Topic names no topic are not valid topic names.");
  }

  @Test
  void internalTopicsAreCreatedInTheNameOfTheMember() {
    StreamsGroupHeartbeatResponse denied = beat(0, join("t"), (op, name) -> op != AclOperation.CREATE);
    assertThat(denied.status().get(0).statusDetail())
        .isEqualTo("Internal topics are missing: [changelog]; Unauthorized to CREATE on topics changelog.");
    assertThat(f.createdTopics()).isEmpty();
    beat(0, join("t"), (op, name) -> op != AclOperation.CREATE || name.equals("changelog"));
    assertThat(f.createdTopics()).containsEntry("changelog", 1);
  }

  @Test
  void aTopologyIsDescribedByOneOfItsMembers() {
    beat(1, join("t"), (op, name) -> true);
    StreamsGroupHeartbeatResponse joined = beat(1, join("t"), (op, name) -> true);
    assertThat(joined.topologyDescriptionRequired()).isTrue();
    assertThat(beat(1, join("t"), (op, name) -> true).topologyDescriptionRequired()).as("one member at a time").isFalse();
    TopologyDescriptionNode node = new TopologyDescriptionNode().setName("source").setNodeType((byte) 1).setSourceTopics(List.of("t"));
    StreamsGroupTopologyDescriptionUpdateRequest update = new StreamsGroupTopologyDescriptionUpdateRequest().setGroupId(G).setMemberId("m")
        .setTopologyDescription(new TopologyDescription().setSubtopologies(List.of(
            new TopologyDescriptionSubtopology().setSubtopologyId("0").setNodes(List.of(node)))));
    assertThat(update(update.setMemberId("x"))).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    assertThat(update(update.setMemberId("m").setTopologyEpoch(1))).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(describe(true).topologyDescriptionStatus()).as("not stored").isEqualTo((byte) 1);
    assertThat(update(update.setTopologyEpoch(0))).isEqualTo(Errors.NONE);
    assertThat(describe(false).topologyDescriptionStatus()).isZero();
    StreamsGroupDescribeResponse.DescribedGroup shown = describe(true);
    assertThat(shown.topologyDescriptionStatus()).isEqualTo((byte) 3);
    assertThat(shown.topologyDescription().subtopologies().get(0).nodes().get(0).sourceTopics()).containsExactly("t");
    assertThat(shown.authorizedOperations()).isPositive();
    TopologyDescriptionNode sink = new TopologyDescriptionNode().setName("sink").setNodeType((byte) 3).setSinkTopic("results");
    update.topologyDescription().subtopologies().get(0).setNodes(List.of(node, sink));
    assertThat(update(update)).isEqualTo(Errors.NONE);
    assertThat(describe(true, (op, name) -> !name.equals("results")).errorCode()).as("it names a topic that is not to be seen")
        .isEqualTo(Errors.TOPIC_AUTHORIZATION_FAILED.code());
    assertThat(describe(false, (op, name) -> !name.equals("results")).errorCode()).isZero();
    node.setStores(List.of("x".repeat(20_000)));
    assertThat(update(update)).isEqualTo(Errors.STREAMS_TOPOLOGY_DESCRIPTION_UPDATE_FAILED);
  }

  private Errors update(StreamsGroupTopologyDescriptionUpdateRequest query) {
    return Errors.forCode(ask(new StreamsGroupTopologyDescriptionUpdateHandler(groups), 0, query,
        new StreamsGroupTopologyDescriptionUpdateResponse(), (op, name) -> true).errorCode());
  }

  private StreamsGroupDescribeResponse.DescribedGroup describe(boolean topology) {
    return describe(topology, (op, name) -> true);
  }

  private StreamsGroupDescribeResponse.DescribedGroup describe(boolean topology, BiPredicate<AclOperation, String> rights) {
    return ask(new StreamsGroupDescribeHandler(groups), 1, new StreamsGroupDescribeRequest().setGroupIds(List.of(G))
        .setIncludeAuthorizedOperations(true).setIncludeTopologyDescription(topology), new StreamsGroupDescribeResponse(), rights)
        .groups().get(0);
  }

  /** Says what is allowed by operation and name; nothing about the cluster. */
  private record Rights(BiPredicate<AclOperation, String> allowed) implements Authorizer {
    @Override
    public boolean allows(Principal who, InetAddress from, AclOperation operation, ResourceType type,
        String name) {
      return type != ResourceType.CLUSTER && allowed.test(operation, name);
    }

    @Override
    public boolean allowsAny(Principal who, InetAddress from, AclOperation operation, ResourceType type) {
      return true;
    }

    @Override
    public long version() {
      return 0;
    }
  }
}
