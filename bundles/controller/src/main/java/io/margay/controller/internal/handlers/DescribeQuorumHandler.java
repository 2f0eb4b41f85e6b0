package io.margay.controller.internal.handlers;

import io.margay.controller.internal.state.Outcome;
import io.margay.model.acl.AclOperation;
import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.protocol.Message;
import io.margay.protocol.message.DescribeQuorumRequest;
import io.margay.protocol.message.DescribeQuorumResponse;
import io.margay.protocol.message.DescribeQuorumResponse.Listener;
import io.margay.protocol.message.DescribeQuorumResponse.Node;
import io.margay.protocol.message.DescribeQuorumResponse.PartitionData;
import io.margay.protocol.message.DescribeQuorumResponse.ReplicaState;
import io.margay.protocol.message.DescribeQuorumResponse.TopicData;
import io.margay.spi.consensus.MetadataQuorum;
import io.margay.spi.consensus.MetadataQuorum.Member;
import io.margay.spi.consensus.QuorumNode;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** DescribeQuorum (55): who keeps the metadata log, and how far it reaches. */
@Component(service = ApiHandler.class)
public final class DescribeQuorumHandler extends AdminHandler<DescribeQuorumRequest> {
  private static final String LISTENER = "CONTROLLER";
  private static final String TOPIC = "__cluster_metadata";
  private static final short FIRST_WITH_NODES = 2;
  private static final long TOPIC_BYTES = 100;
  private static final long PARTITION_BYTES = 300;

  private final MetadataQuorum quorum;

  /** @param quorum the nodes of the metadata log */
  @Activate
  public DescribeQuorumHandler(@Reference MetadataQuorum quorum) {
    super(DescribeQuorumRequest.API, DescribeQuorumRequest::new, Access.cluster(AclOperation.DESCRIBE));
    this.quorum = quorum;
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, DescribeQuorumRequest message) {
    return quorum.describe().thenApply(status -> response(request, message, status));
  }

  private DescribeQuorumResponse response(Request request, DescribeQuorumRequest message, MetadataQuorum.Status status) {
    List<TopicData> topics = new ArrayList<>();
    message.topics().forEach(t -> {
      List<PartitionData> partitions = new ArrayList<>();
      t.partitions().forEach(p -> partitions.add(t.topicName().equals(TOPIC) && p.partitionIndex() == 0 ? quorum(status)
          : new PartitionData().setPartitionIndex(p.partitionIndex()).setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code())
              .setErrorMessage(Errors.UNKNOWN_TOPIC_OR_PARTITION.message())));
      topics.add(new TopicData().setTopicName(t.topicName()).setPartitions(partitions));
    });
    List<Node> nodes = new ArrayList<>();
    for (Member member : request.version() < FIRST_WITH_NODES ? List.<Member>of() : status.members()) {
      QuorumNode node = member.node();
      nodes.add(new Node().setNodeId(node.id()).setListeners(List.of(listener(node))));
    }
    return new DescribeQuorumResponse().setErrorMessage(null).setTopics(topics).setNodes(nodes);
  }

  @Override
  long answerBytes(Request request, DescribeQuorumRequest message) {
    return message.topics().stream().mapToLong(t -> TOPIC_BYTES + PARTITION_BYTES * t.partitions().size()).sum();
  }

  private static Listener listener(QuorumNode node) {
    return new Listener().setName(LISTENER).setHost(node.host()).setPort(node.port());
  }

  private static PartitionData quorum(MetadataQuorum.Status status) {
    long now = System.currentTimeMillis();
    List<ReplicaState> voters = new ArrayList<>();
    List<ReplicaState> observers = new ArrayList<>();
    for (Member member : status.members()) {
      boolean known = member.lastContactMs() >= 0;
      (member.voter() ? voters : observers).add(new ReplicaState().setReplicaId(member.node().id()).setReplicaDirectoryId(KafkaUuid.ZERO)
          .setLogEndOffset(member.lastIndex() + 1).setLastFetchTimestamp(known ? now - member.lastContactMs() : -1)
          .setLastCaughtUpTimestamp(known && member.lastIndex() >= status.committedIndex() ? now - member.lastContactMs() : -1));
    }
    return new PartitionData().setPartitionIndex(0).setErrorMessage(null).setLeaderId(status.leaderId())
        .setLeaderEpoch((int) status.epoch()).setHighWatermark(status.committedIndex() + 1).setCurrentVoters(voters)
        .setObservers(observers);
  }

  @Override
  Message failed(Request request, DescribeQuorumRequest message, Outcome why) {
    return new DescribeQuorumResponse().setErrorCode(why.error().code()).setErrorMessage(why.message());
  }
}
