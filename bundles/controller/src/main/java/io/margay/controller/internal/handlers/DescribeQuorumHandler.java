package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.state.Outcome;
import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.model.BrokerId;
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
  private static final String TOPIC = "__cluster_metadata";
  private static final short FIRST_WITH_NODES = 2;
  private static final long TOPIC_BYTES = 100;
  private static final long PARTITION_BYTES = 300;

  private final ControllerRuntime controller;

  /** @param controller the controller */
  @Activate
  public DescribeQuorumHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  DescribeQuorumHandler(ControllerRuntime controller) {
    super(DescribeQuorumRequest.API, DescribeQuorumRequest::new);
    this.controller = controller;
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, DescribeQuorumRequest message) {
    ClusterImage image = controller.image();
    List<TopicData> topics = new ArrayList<>();
    message.topics().forEach(t -> {
      List<PartitionData> partitions = new ArrayList<>();
      t.partitions().forEach(p -> partitions.add(t.topicName().equals(TOPIC) && p.partitionIndex() == 0 ? quorum(image)
          : new PartitionData().setPartitionIndex(p.partitionIndex()).setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code())
              .setErrorMessage(Errors.UNKNOWN_TOPIC_OR_PARTITION.message())));
      topics.add(new TopicData().setTopicName(t.topicName()).setPartitions(partitions));
    });
    List<Node> nodes = new ArrayList<>();
    for (BrokerImage broker : request.version() < FIRST_WITH_NODES ? List.<BrokerImage>of() : image.brokers().values()) {
      nodes.add(new Node().setNodeId(broker.id().value()).setListeners(broker.endpoints().stream()
          .map(e -> new Listener().setName(e.listener()).setHost(e.host()).setPort(e.port())).toList()));
    }
    return now(new DescribeQuorumResponse().setErrorMessage(null).setTopics(topics).setNodes(nodes));
  }

  @Override
  long answerBytes(Request request, DescribeQuorumRequest message) {
    return message.topics().stream().mapToLong(t -> TOPIC_BYTES + PARTITION_BYTES * t.partitions().size()).sum();
  }

  private PartitionData quorum(ClusterImage image) {
    long end = image.offset() + 1;
    List<ReplicaState> voters = new ArrayList<>();
    if (!image.controller().equals(BrokerId.NONE)) {
      long now = System.currentTimeMillis();
      voters.add(new ReplicaState().setReplicaId(image.controller().value()).setReplicaDirectoryId(KafkaUuid.ZERO)
          .setLogEndOffset(end).setLastFetchTimestamp(now).setLastCaughtUpTimestamp(now));
    }
    return new PartitionData().setPartitionIndex(0).setErrorMessage(null).setLeaderId(image.controller().value())
        .setLeaderEpoch(1).setHighWatermark(end).setCurrentVoters(voters).setObservers(List.of());
  }

  @Override
  Message failed(Request request, DescribeQuorumRequest message, Outcome why) {
    return new DescribeQuorumResponse().setErrorCode(why.error().code()).setErrorMessage(why.message());
  }
}
