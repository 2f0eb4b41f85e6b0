package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ClusterLimits;
import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.Placements;
import io.margay.controller.internal.state.Command.CreatePartitions;
import io.margay.controller.internal.state.Command.MorePartitions;
import io.margay.controller.internal.state.Outcome;
import io.margay.controller.internal.state.RefusedException;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.message.CreatePartitionsRequest;
import io.margay.protocol.message.CreatePartitionsRequest.CreatePartitionsAssignment;
import io.margay.protocol.message.CreatePartitionsRequest.CreatePartitionsTopic;
import io.margay.protocol.message.CreatePartitionsResponse;
import io.margay.protocol.message.CreatePartitionsResponse.CreatePartitionsTopicResult;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** CreatePartitions (37): more partitions for topics that exist. */
@Component(service = ApiHandler.class)
public final class CreatePartitionsHandler extends AdminHandler<CreatePartitionsRequest> {
  private static final short FIRST_WITH_QUOTA_ERROR = 3;
  private static final long TOPIC_BYTES = 500;
  private static final long ASSIGNMENT_BYTES = 100;
  private static final long REPLICA_BYTES = 50;

  private final ControllerRuntime controller;

  /** @param controller the controller */
  @Activate
  public CreatePartitionsHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  CreatePartitionsHandler(ControllerRuntime controller) {
    super(CreatePartitionsRequest.API, CreatePartitionsRequest::new, Access.BY_RESOURCE);
    this.controller = controller;
  }

  @Override
  CompletionStage<CreatePartitionsResponse> answer(Request request, CreatePartitionsRequest message) {
    List<CreatePartitionsTopic> allowed = new ArrayList<>(message.topics().size());
    List<CreatePartitionsTopicResult> denied = new ArrayList<>(0);
    for (CreatePartitionsTopic topic : message.topics()) {
      if (request.allowed(AclOperation.ALTER, ResourceType.TOPIC, topic.name())) {
        allowed.add(topic);
      } else {
        denied.add(new CreatePartitionsTopicResult().setName(topic.name()).setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code()));
      }
    }
    return create(request, new CreatePartitionsRequest().setTopics(allowed).setTimeoutMs(message.timeoutMs())
        .setValidateOnly(message.validateOnly())).thenApply(response -> {
          response.results().addAll(denied);
          return response;
        });
  }

  private CompletionStage<CreatePartitionsResponse> create(Request request, CreatePartitionsRequest message) {
    try {
      controller.planner().limits().checkRequest(added(message));
    } catch (RefusedException e) {
      return now(failed(request, message, e.outcome()));
    }
    boolean chosenByHand = message.topics().stream().noneMatch(t -> t.assignments() == null);
    return controller.placements().with(!chosenByHand, message.timeoutMs(), placer -> plan(placer, request, message))
        .thenCompose(plan -> propose(plan, message));
  }

  /** How many partitions all topics would get together. */
  private long added(CreatePartitionsRequest message) {
    ClusterImage image = controller.image();
    long added = 0;
    for (CreatePartitionsTopic topic : message.topics()) {
      TopicImage there = image.topic(topic.name());
      added += there == null ? 0 : Math.max(0, (long) topic.count() - there.partitions().size());
    }
    return added;
  }

  @Override
  long answerBytes(Request request, CreatePartitionsRequest message) {
    long bytes = 0;
    for (CreatePartitionsTopic topic : message.topics()) {
      bytes += TOPIC_BYTES;
      for (var assignment : topic.assignments() == null ? List.<CreatePartitionsAssignment>of() : topic.assignments()) {
        bytes += ASSIGNMENT_BYTES + REPLICA_BYTES * assignment.brokerIds().size();
      }
    }
    return bytes;
  }

  /** What is proposed, what was reserved for it, the results that wait for it, and the answer that holds them. */
  private record Plan(List<MorePartitions> topics, List<ClusterLimits.Reservation> reserved, List<CreatePartitionsTopicResult> pending,
      CreatePartitionsResponse response) { }

  private Plan plan(Placements.Placer placer, Request request, CreatePartitionsRequest message) {
    ClusterImage image = controller.image();
    Map<String, Integer> times = new HashMap<>();
    message.topics().forEach(t -> times.merge(t.name(), 1, Integer::sum));
    Map<String, CreatePartitionsTopicResult> results = new LinkedHashMap<>();
    MutationQuota quota = new MutationQuota(request, FIRST_WITH_QUOTA_ERROR);
    List<MorePartitions> planned = new ArrayList<>();
    List<ClusterLimits.Reservation> reserved = new ArrayList<>();
    List<CreatePartitionsTopicResult> pending = new ArrayList<>();
    for (CreatePartitionsTopic topic : message.topics()) {
      CreatePartitionsTopicResult result = new CreatePartitionsTopicResult().setName(topic.name());
      if (results.putIfAbsent(topic.name(), result) != null) {
        continue;
      }
      try {
        if (times.get(topic.name()) > 1) {
          throw new RefusedException(Errors.INVALID_REQUEST, "Duplicate topic name.");
        }
        MorePartitions more = controller.planner().planMore(placer, image, image.topic(topic.name()), topic.count(),
            assignments(topic));
        reserved.add(quota.reserve(controller.planner().limits(), image, more.replicas(), message.validateOnly()));
        planned.add(more);
        pending.add(result);
      } catch (RefusedException e) {
        set(result, e.outcome());
      } catch (RuntimeException e) {
        reserved.forEach(ClusterLimits.Reservation::close);
        throw e;
      }
    }
    return new Plan(planned, reserved, pending, new CreatePartitionsResponse().setResults(new ArrayList<>(results.values())));
  }

  private CompletionStage<CreatePartitionsResponse> propose(Plan plan, CreatePartitionsRequest message) {
    List<MorePartitions> planned = plan.topics();
    List<CreatePartitionsTopicResult> pending = plan.pending();
    CreatePartitionsResponse response = plan.response();
    if (message.validateOnly() || planned.isEmpty()) {
      plan.reserved().forEach(ClusterLimits.Reservation::close);
      return now(response);
    }
    return controller.<List<Outcome>>propose(new CreatePartitions(planned), message.timeoutMs(), plan.reserved())
        .exceptionally(e -> Collections.nCopies(planned.size(), ControllerRuntime.error(e)))
        .thenApply(outcomes -> {
          for (int i = 0; i < outcomes.size(); i++) {
            set(pending.get(i), outcomes.get(i));
          }
          return response;
        });
  }

  private static List<List<BrokerId>> assignments(CreatePartitionsTopic topic) {
    if (topic.assignments() == null) {
      return null;
    }
    List<List<BrokerId>> assignments = new ArrayList<>();
    for (var a : topic.assignments()) {
      if (a.brokerIds().stream().anyMatch(id -> id < 0)) {
        throw new RefusedException(Errors.INVALID_REPLICA_ASSIGNMENT,
            "The manual partition assignment includes a negative broker id.");
      }
      assignments.add(a.brokerIds().stream().map(BrokerId::new).toList());
    }
    return assignments;
  }

  private static void set(CreatePartitionsTopicResult result, Outcome outcome) {
    result.setErrorCode(outcome.error().code()).setErrorMessage(outcome.message());
  }

  @Override
  CreatePartitionsResponse failed(Request request, CreatePartitionsRequest message, Outcome why) {
    List<CreatePartitionsTopicResult> results = new ArrayList<>();
    for (CreatePartitionsTopic topic : message.topics()) {
      CreatePartitionsTopicResult result = new CreatePartitionsTopicResult().setName(topic.name());
      set(result, why);
      results.add(result);
    }
    return new CreatePartitionsResponse().setResults(results);
  }
}
