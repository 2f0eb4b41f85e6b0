package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ClusterLimits;
import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.Texts;
import io.margay.controller.internal.state.Command.PartitionRef;
import io.margay.controller.internal.state.Command.Reassign;
import io.margay.controller.internal.state.Command.Reassignment;
import io.margay.controller.internal.state.Outcome;
import io.margay.controller.internal.state.RefusedException;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.model.BrokerId;
import io.margay.model.TopicPartition;
import io.margay.model.acl.AclOperation;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.AlterPartitionReassignmentsRequest;
import io.margay.protocol.message.AlterPartitionReassignmentsRequest.ReassignablePartition;
import io.margay.protocol.message.AlterPartitionReassignmentsRequest.ReassignableTopic;
import io.margay.protocol.message.AlterPartitionReassignmentsResponse;
import io.margay.protocol.message.AlterPartitionReassignmentsResponse.ReassignablePartitionResponse;
import io.margay.protocol.message.AlterPartitionReassignmentsResponse.ReassignableTopicResponse;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * AlterPartitionReassignments (45): gives partitions other replicas, or cancels that. The change is complete when the replicas that were
 * added are in sync; ListPartitionReassignments shows it until then.
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
    super(AlterPartitionReassignmentsRequest.API, AlterPartitionReassignmentsRequest::new, Access.cluster(AclOperation.ALTER));
    this.controller = controller;
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, AlterPartitionReassignmentsRequest message) {
    ClusterImage image = controller.image();
    List<Reassignment> wanted = new ArrayList<>();
    Map<ReassignablePartition, Outcome> outcomes = new IdentityHashMap<>();
    List<ReassignablePartition> proposed = new ArrayList<>();
    List<List<BrokerId>> added = new ArrayList<>();
    for (ReassignableTopic topic : message.topics()) {
      for (ReassignablePartition partition : topic.partitions()) {
        Outcome refusal = check(image, topic.name(), partition, message.allowReplicationFactorChange());
        if (refusal != null) {
          outcomes.put(partition, refusal);
          continue;
        }
        List<BrokerId> replicas = partition.replicas() == null ? List.of() : partition.replicas().stream().map(BrokerId::new).toList();
        PartitionImage now = image.partition(new TopicPartition(topic.name(), partition.partitionIndex()));
        added.add(replicas.stream().filter(r -> !now.replicas().contains(r)).toList());
        wanted.add(new Reassignment(new PartitionRef(image.topic(topic.name()).id(), partition.partitionIndex()), replicas));
        proposed.add(partition);
      }
    }
    if (wanted.isEmpty()) {
      return now(response(message, (topic, partition) -> outcomes.get(partition)).setErrorMessage(null));
    }
    ClusterLimits.Reservation reserved;
    try {
      reserved = controller.planner().limits().reserve(image, added);
    } catch (RefusedException e) {
      return now(response(message, (topic, partition) -> outcomes.getOrDefault(partition, e.outcome())).setErrorMessage(null));
    }
    return controller.<List<Outcome>>propose(new Reassign(wanted), message.timeoutMs(), List.of(reserved)).thenApply(results -> {
      for (int i = 0; i < results.size(); i++) {
        outcomes.put(proposed.get(i), results.get(i));
      }
      return response(message, (topic, partition) -> outcomes.get(partition)).setErrorMessage(null);
    });
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

  /** Why the wanted replicas are refused before they are proposed, or null. The state machine checks the rest. */
  private static Outcome check(ClusterImage image, String topic, ReassignablePartition wanted, boolean otherFactor) {
    PartitionImage partition = image.partition(new TopicPartition(topic, wanted.partitionIndex()));
    if (partition == null) {
      return Outcome.of(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }
    List<Integer> replicas = wanted.replicas();
    if (replicas == null) {
      return null;
    }
    if (replicas.isEmpty()) {
      return new Outcome(Errors.INVALID_REPLICA_ASSIGNMENT, "The manual partition assignment includes an empty replica list.");
    }
    if (new HashSet<>(replicas).size() != replicas.size()) {
      return new Outcome(Errors.INVALID_REPLICA_ASSIGNMENT, "The manual partition assignment includes the same broker more than once: "
          + Texts.shown(replicas) + ".");
    }
    for (int id : replicas) {
      if (id < 0 || !image.brokers().containsKey(new BrokerId(id))) {
        return new Outcome(Errors.INVALID_REPLICA_ASSIGNMENT, "The manual partition assignment includes broker " + id
            + ", but no such broker is registered.");
      }
    }
    int factor = partition.replicas().size() - partition.members().adding().size();
    return otherFactor || replicas.size() == factor ? null : new Outcome(Errors.INVALID_REPLICATION_FACTOR,
        "The replication factor is changed from " + factor + " to " + replicas.size() + ", which the request does not allow.");
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
