package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.Texts;
import io.margay.controller.internal.state.Outcome;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.model.BrokerId;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.AlterPartitionReassignmentsRequest;
import io.margay.protocol.message.AlterPartitionReassignmentsRequest.ReassignablePartition;
import io.margay.protocol.message.AlterPartitionReassignmentsRequest.ReassignableTopic;
import io.margay.protocol.message.AlterPartitionReassignmentsResponse;
import io.margay.protocol.message.AlterPartitionReassignmentsResponse.ReassignablePartitionResponse;
import io.margay.protocol.message.AlterPartitionReassignmentsResponse.ReassignableTopicResponse;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * AlterPartitionReassignments (45): checks the wanted replicas. They can be those that the partition has; nothing moves replicas
 * yet.
 */
@Component(service = ApiHandler.class)
public final class AlterPartitionReassignmentsHandler extends AdminHandler<AlterPartitionReassignmentsRequest> {
  private static final long TOPIC_BYTES = 150;
  private static final long PARTITION_BYTES = 400;
  private static final long REPLICA_BYTES = 50;

  private final ControllerRuntime controller;

  /** @param controller the controller */
  @Activate
  public AlterPartitionReassignmentsHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  AlterPartitionReassignmentsHandler(ControllerRuntime controller) {
    super(AlterPartitionReassignmentsRequest.API, AlterPartitionReassignmentsRequest::new);
    this.controller = controller;
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, AlterPartitionReassignmentsRequest message) {
    ClusterImage image = controller.image();
    return now(response(message, (topic, partition) -> reassign(image, topic, partition)).setErrorMessage(null));
  }

  @Override
  long answerBytes(Request request, AlterPartitionReassignmentsRequest message) {
    long bytes = 0;
    for (ReassignableTopic topic : message.topics()) {
      bytes += TOPIC_BYTES;
      for (ReassignablePartition partition : topic.partitions()) {
        bytes += PARTITION_BYTES + (partition.replicas() == null ? 0 : REPLICA_BYTES * partition.replicas().size());
      }
    }
    return bytes;
  }

  private static Outcome reassign(ClusterImage image, String topic, ReassignablePartition wanted) {
    PartitionImage partition = image.partition(new TopicPartition(topic, wanted.partitionIndex()));
    if (partition == null) {
      return Outcome.of(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }
    List<Integer> replicas = wanted.replicas();
    if (replicas == null) {
      return Outcome.of(Errors.NO_REASSIGNMENT_IN_PROGRESS);
    }
    String problem = null;
    if (replicas.isEmpty()) {
      problem = "The manual partition assignment includes an empty replica list.";
    } else if (new HashSet<>(replicas).size() != replicas.size()) {
      problem = "The manual partition assignment includes the same broker more than once: " + Texts.shown(replicas) + ".";
    } else {
      for (int id : replicas) {
        if (id < 0 || !image.brokers().containsKey(new BrokerId(id))) {
          problem = "The manual partition assignment includes broker " + id + ", but no such broker is registered.";
          break;
        }
      }
    }
    if (problem == null && !replicas.equals(ImageViews.ids(partition.replicas()))) {
      problem = "The replicas " + ImageViews.ids(partition.replicas()) + " cannot be moved to " + Texts.shown(replicas) + " here.";
    }
    return problem == null ? Outcome.OK : new Outcome(Errors.INVALID_REPLICA_ASSIGNMENT, problem);
  }

  private static AlterPartitionReassignmentsResponse response(AlterPartitionReassignmentsRequest message,
      BiFunction<String, ReassignablePartition, Outcome> outcome) {
    List<ReassignableTopicResponse> topics = new ArrayList<>();
    message.topics().forEach(t -> {
      List<ReassignablePartitionResponse> partitions = new ArrayList<>();
      t.partitions().forEach(p -> {
        Outcome result = outcome.apply(t.name(), p);
        partitions.add(new ReassignablePartitionResponse().setPartitionIndex(p.partitionIndex())
            .setErrorCode(result.error().code()).setErrorMessage(result.message()));
      });
      topics.add(new ReassignableTopicResponse().setName(t.name()).setPartitions(partitions));
    });
    return new AlterPartitionReassignmentsResponse().setResponses(topics)
        .setAllowReplicationFactorChange(message.allowReplicationFactorChange());
  }

  @Override
  Message failed(Request request, AlterPartitionReassignmentsRequest message, Outcome why) {
    return response(message, (topic, partition) -> why).setErrorCode(why.error().code()).setErrorMessage(why.message());
  }
}
