package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.state.Outcome;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.model.BrokerId;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.ElectLeadersRequest;
import io.margay.protocol.message.ElectLeadersResponse;
import io.margay.protocol.message.ElectLeadersResponse.PartitionResult;
import io.margay.protocol.message.ElectLeadersResponse.ReplicaElectionResult;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** ElectLeaders (43): leaders are elected by the controller as soon as it can, so there is seldom anything to do. */
@Component(service = ApiHandler.class)
public final class ElectLeadersHandler extends AdminHandler<ElectLeadersRequest> {
  private static final byte PREFERRED = 0;
  private static final byte UNCLEAN = 1;
  private static final long TOPIC_BYTES = 150;
  private static final long PARTITION_BYTES = 150;

  private final ControllerRuntime controller;

  /** @param controller the controller */
  @Activate
  public ElectLeadersHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  ElectLeadersHandler(ControllerRuntime controller) {
    super(ElectLeadersRequest.API, ElectLeadersRequest::new);
    this.controller = controller;
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, ElectLeadersRequest message) {
    if (message.electionType() != PREFERRED && message.electionType() != UNCLEAN) {
      return now(failed(request, message,
          new Outcome(Errors.INVALID_REQUEST, "Unknown election type " + message.electionType())));
    }
    ClusterImage image = controller.image();
    List<ReplicaElectionResult> results = new ArrayList<>();
    // Null stands for all partitions: the answer lists only those that needed an election, and none does.
    if (message.topicPartitions() != null) {
      byte type = message.electionType();
      message.topicPartitions().forEach(t -> results.add(new ReplicaElectionResult().setTopic(t.topic()).setPartitionResult(
          t.partitions().stream().map(p -> result(p, elect(image, new TopicPartition(t.topic(), p), type))).toList())));
    }
    return now(new ElectLeadersResponse().setReplicaElectionResults(results));
  }

  @Override
  long answerBytes(Request request, ElectLeadersRequest message) {
    return message.topicPartitions() == null ? 0
        : message.topicPartitions().stream().mapToLong(t -> TOPIC_BYTES + PARTITION_BYTES * t.partitions().size()).sum();
  }

  private static Outcome elect(ClusterImage image, TopicPartition tp, byte type) {
    PartitionImage partition = image.partition(tp);
    if (partition == null) {
      return Outcome.of(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }
    boolean led = !partition.leader().equals(BrokerId.NONE);
    if (led && (type == UNCLEAN || partition.leader().equals(partition.replicas().get(0)))) {
      return new Outcome(Errors.ELECTION_NOT_NEEDED, "Leader election not needed for topic partition.");
    }
    return Outcome.of(type == UNCLEAN ? Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE : Errors.PREFERRED_LEADER_NOT_AVAILABLE);
  }

  private static PartitionResult result(int partition, Outcome outcome) {
    return new PartitionResult().setPartitionId(partition).setErrorCode(outcome.error().code())
        .setErrorMessage(outcome.message());
  }

  @Override
  Message failed(Request request, ElectLeadersRequest message, Outcome why) {
    List<ReplicaElectionResult> results = new ArrayList<>();
    if (message.topicPartitions() != null) {
      message.topicPartitions().forEach(t -> results.add(new ReplicaElectionResult().setTopic(t.topic())
          .setPartitionResult(t.partitions().stream().map(p -> result(p, why)).toList())));
    }
    ElectLeadersResponse response = new ElectLeadersResponse().setReplicaElectionResults(results);
    return request.version() == 0 ? response : response.setErrorCode(why.error().code());
  }
}
