package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.state.Command.ElectLeaders;
import io.margay.controller.internal.state.Command.PartitionRef;
import io.margay.controller.internal.state.Outcome;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.acl.AclOperation;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.ElectLeadersRequest;
import io.margay.protocol.message.ElectLeadersResponse;
import io.margay.protocol.message.ElectLeadersResponse.PartitionResult;
import io.margay.protocol.message.ElectLeadersResponse.ReplicaElectionResult;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * ElectLeaders (43): preferred replicas lead again, or partitions without a leader get one that may lack records. Clean elections need no
 * request: the controller makes them as soon as it can.
 */
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
    super(ElectLeadersRequest.API, ElectLeadersRequest::new, Access.cluster(AclOperation.ALTER));
    this.controller = controller;
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, ElectLeadersRequest message) {
    if (message.electionType() != PREFERRED && message.electionType() != UNCLEAN) {
      return now(failed(request, message,
          new Outcome(Errors.INVALID_REQUEST, "Unknown election type " + message.electionType())));
    }
    Elected elected = elected(controller.image(), message);
    if (elected.refs().isEmpty()) {
      return now(elected.response());
    }
    return controller.<List<Outcome>>propose(new ElectLeaders(message.electionType() == UNCLEAN, elected.refs()), message.timeoutMs())
        .thenApply(outcomes -> {
          for (int i = 0; i < outcomes.size(); i++) {
            Outcome outcome = outcomes.get(i);
            elected.results().get(i).setErrorCode(outcome.error().code()).setErrorMessage(outcome.message());
          }
          // A request for all partitions is answered with those that needed an election.
          if (message.topicPartitions() == null) {
            elected.response().replicaElectionResults().forEach(t -> t.setPartitionResult(t.partitionResult().stream()
                .filter(p -> p.errorCode() != Errors.ELECTION_NOT_NEEDED.code()).toList()));
          }
          return elected.response();
        });
  }

  /** What is proposed, the results that wait for it in the same order, and the answer that holds them. */
  private record Elected(List<PartitionRef> refs, List<PartitionResult> results, ElectLeadersResponse response) { }

  private static Elected elected(ClusterImage image, ElectLeadersRequest message) {
    Elected elected = new Elected(new ArrayList<>(), new ArrayList<>(), new ElectLeadersResponse());
    List<ReplicaElectionResult> topics = new ArrayList<>();
    if (message.topicPartitions() == null) {
      for (TopicImage topic : image.topics().values()) {
        List<Integer> indexes = topic.partitions().stream().filter(p -> message.electionType() == UNCLEAN
            ? p.leader().equals(BrokerId.NONE) : !p.leader().equals(p.replicas().get(0))).map(PartitionImage::index).toList();
        if (!indexes.isEmpty()) {
          topics.add(topic(image, topic.name(), indexes, elected));
        }
      }
    } else {
      message.topicPartitions().forEach(t -> topics.add(topic(image, t.topic(), t.partitions(), elected)));
    }
    elected.response().setReplicaElectionResults(topics);
    return elected;
  }

  private static ReplicaElectionResult topic(ClusterImage image, String name, List<Integer> indexes, Elected elected) {
    List<PartitionResult> results = new ArrayList<>(indexes.size());
    TopicImage topic = image.topic(name);
    for (int index : indexes) {
      PartitionResult result = result(index, Outcome.of(topic == null ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.NONE));
      results.add(result);
      if (topic != null) {
        elected.refs().add(new PartitionRef(topic.id(), index));
        elected.results().add(result);
      }
    }
    return new ReplicaElectionResult().setTopic(name).setPartitionResult(results);
  }

  @Override
  long answerBytes(Request request, ElectLeadersRequest message) {
    return message.topicPartitions() == null ? PARTITION_BYTES * controller.planner().limits().partitions(controller.image())
        : message.topicPartitions().stream().mapToLong(t -> TOPIC_BYTES + PARTITION_BYTES * t.partitions().size()).sum();
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
