package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ClusterLimits;
import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.Placements;
import io.margay.controller.internal.TopicPlanner;
import io.margay.controller.internal.state.Command.CreateTopics;
import io.margay.controller.internal.state.Command.NewTopic;
import io.margay.controller.internal.state.Outcome;
import io.margay.controller.internal.state.RefusedException;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.model.BrokerId;
import io.margay.model.TopicNames;
import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.protocol.message.CreateTopicsRequest;
import io.margay.protocol.message.CreateTopicsRequest.CreatableReplicaAssignment;
import io.margay.protocol.message.CreateTopicsRequest.CreatableTopic;
import io.margay.protocol.message.CreateTopicsRequest.CreatableTopicConfig;
import io.margay.protocol.message.CreateTopicsResponse;
import io.margay.protocol.message.CreateTopicsResponse.CreatableTopicConfigs;
import io.margay.protocol.message.CreateTopicsResponse.CreatableTopicResult;
import io.margay.spi.config.Setting;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** CreateTopics (19): plans each topic, and proposes those that can be created as one command. */
@Component(service = ApiHandler.class)
public final class CreateTopicsHandler extends AdminHandler<CreateTopicsRequest> {
  private static final short FIRST_WITH_QUOTA_ERROR = 6;
  private static final short FIRST_WITH_DETAILS = 5;
  private static final long TOPIC_BYTES = 1000;
  private static final long CONFIG_BYTES = 100;
  private static final long ASSIGNMENT_BYTES = 150;
  private static final long REPLICA_BYTES = 50;

  private final ControllerRuntime controller;

  /** @param controller the controller */
  @Activate
  public CreateTopicsHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  CreateTopicsHandler(ControllerRuntime controller) {
    super(CreateTopicsRequest.API, CreateTopicsRequest::new, Access.BY_RESOURCE);
    this.controller = controller;
  }

  @Override
  CompletionStage<CreateTopicsResponse> answer(Request request, CreateTopicsRequest message) {
    if (request.allowed(AclOperation.CREATE, ResourceType.CLUSTER, Acl.CLUSTER_NAME)) {
      return create(request, message);
    }
    List<CreatableTopic> allowed = new ArrayList<>(message.topics().size());
    Set<String> denied = new LinkedHashSet<>();
    for (CreatableTopic topic : message.topics()) {
      if (request.allowed(AclOperation.CREATE, ResourceType.TOPIC, topic.name())) {
        allowed.add(topic);
      } else {
        denied.add(topic.name());
      }
    }
    return create(request, new CreateTopicsRequest().setTopics(allowed).setTimeoutMs(message.timeoutMs())
        .setValidateOnly(message.validateOnly())).thenApply(response -> {
          denied.forEach(name -> {
            CreatableTopicResult result = new CreatableTopicResult().setName(name);
            refuse(result, new Outcome(Errors.TOPIC_AUTHORIZATION_FAILED, "Authorization failed."));
            response.topics().add(result);
          });
          return response;
        });
  }

  private CompletionStage<CreateTopicsResponse> create(Request request, CreateTopicsRequest message) {
    try {
      controller.planner().limits().checkRequest(partitions(message));
    } catch (RefusedException e) {
      return now(failed(request, message, e.outcome()));
    }
    boolean details = request.version() >= FIRST_WITH_DETAILS;
    boolean chosenByHand = message.topics().stream().noneMatch(t -> t.assignments().isEmpty());
    return controller.placements().with(!chosenByHand, message.timeoutMs(), placer -> plan(placer, details, request, message))
        .thenCompose(plan -> propose(plan, message));
  }

  /** How many partitions all topics would have together. */
  private long partitions(CreateTopicsRequest message) {
    long partitions = 0;
    for (CreatableTopic topic : message.topics()) {
      partitions += topic.assignments().isEmpty() ? Math.max(0, controller.planner().partitions(topic.numPartitions()))
          : topic.assignments().size();
    }
    return partitions;
  }

  @Override
  long answerBytes(Request request, CreateTopicsRequest message) {
    long bytes = 0;
    for (CreatableTopic topic : message.topics()) {
      bytes += TOPIC_BYTES + CONFIG_BYTES * topic.configs().size();
      for (CreatableReplicaAssignment assignment : topic.assignments()) {
        bytes += ASSIGNMENT_BYTES + REPLICA_BYTES * assignment.brokerIds().size();
      }
    }
    return bytes;
  }

  /** What is proposed, what was reserved for it, and the answer if that succeeds. */
  private record Plan(List<NewTopic> topics, List<ClusterLimits.Reservation> reserved, Map<String, CreatableTopicResult> results,
      CreateTopicsResponse response) { }

  private Plan plan(Placements.Placer placer, boolean details, Request request, CreateTopicsRequest message) {
    ClusterImage image = controller.image();
    Map<String, CreatableTopicResult> results = new LinkedHashMap<>();
    List<NewTopic> planned = new ArrayList<>();
    List<ClusterLimits.Reservation> reserved = new ArrayList<>();
    Map<String, Integer> times = new HashMap<>();
    message.topics().forEach(t -> times.merge(t.name(), 1, Integer::sum));
    // Most topics of a request have the same settings, and then share one list.
    Map<Map<String, String>, List<CreatableTopicConfigs>> shown = new HashMap<>();
    ClusterLimits limits = controller.planner().limits();
    MutationQuota quota = new MutationQuota(request, FIRST_WITH_QUOTA_ERROR);
    long configBytes = 0;
    for (CreatableTopic topic : message.topics()) {
      CreatableTopicResult result = new CreatableTopicResult().setName(topic.name()).setTopicId(KafkaUuid.ZERO)
          .setErrorMessage(null);
      if (results.putIfAbsent(topic.name(), result) != null) {
        continue;
      }
      try {
        if (times.get(topic.name()) > 1) {
          throw new RefusedException(Errors.INVALID_REQUEST, "Duplicate topic name.");
        }
        NewTopic plan = plan(placer, image, topic, message.validateOnly());
        long grown = ClusterLimits.sizeBytes(ConfigResource.topic(plan.name()), plan.configs());
        limits.checkConfigs(image, configBytes + grown);
        reserved.add(quota.reserve(limits, image, plan.replicas(), message.validateOnly()));
        configBytes += grown;
        planned.add(plan);
        result.setTopicId(plan.id());
        if (details && !request.allowed(AclOperation.DESCRIBE_CONFIGS, ResourceType.TOPIC, topic.name())) {
          result.setTopicConfigErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code());
        } else if (details) {
          result.setNumPartitions(plan.replicas().size()).setReplicationFactor((short) plan.replicas().get(0).size())
              .setConfigs(shown.computeIfAbsent(plan.configs(), this::describe));
        }
      } catch (RefusedException e) {
        refuse(result, e.outcome());
      } catch (RuntimeException e) {
        reserved.forEach(ClusterLimits.Reservation::close);
        throw e;
      }
    }
    return new Plan(planned, reserved, results, new CreateTopicsResponse().setTopics(new ArrayList<>(results.values())));
  }

  private CompletionStage<CreateTopicsResponse> propose(Plan plan, CreateTopicsRequest message) {
    List<NewTopic> planned = plan.topics();
    Map<String, CreatableTopicResult> results = plan.results();
    CreateTopicsResponse response = plan.response();
    if (message.validateOnly() || planned.isEmpty()) {
      plan.reserved().forEach(ClusterLimits.Reservation::close);
      results.values().forEach(r -> r.setTopicId(KafkaUuid.ZERO));
      return now(response);
    }
    return controller.<List<Outcome>>propose(new CreateTopics(planned), message.timeoutMs(), plan.reserved())
        .exceptionally(e -> Collections.nCopies(planned.size(), ControllerRuntime.error(e)))
        .thenApply(outcomes -> {
          for (int i = 0; i < planned.size(); i++) {
            if (!outcomes.get(i).ok()) {
              refuse(results.get(planned.get(i).name()), outcomes.get(i));
            }
          }
          return response;
        });
  }

  private NewTopic plan(Placements.Placer placer, ClusterImage image, CreatableTopic topic, boolean validateOnly) {
    Map<Integer, List<BrokerId>> assignments = new HashMap<>();
    for (CreatableReplicaAssignment a : topic.assignments()) {
      if (a.brokerIds().stream().anyMatch(id -> id < 0)) {
        throw new RefusedException(Errors.INVALID_REPLICA_ASSIGNMENT,
            "The manual partition assignment includes a negative broker id.");
      }
      if (assignments.put(a.partitionIndex(), a.brokerIds().stream().map(BrokerId::new).toList()) != null) {
        throw new RefusedException(Errors.INVALID_REPLICA_ASSIGNMENT, "Found multiple manual partition assignments for partition "
            + a.partitionIndex());
      }
    }
    Map<String, String> configs = new LinkedHashMap<>();
    for (CreatableTopicConfig config : topic.configs()) {
      configs.put(config.name(), config.value());
    }
    NewTopic plan = controller.planner().plan(placer, image, topic.name(), topic.numPartitions(), topic.replicationFactor(),
        assignments, configs, TopicNames.isInternal(topic.name()));
    if (validateOnly) {
      TopicPlanner.checkCollision(image, topic.name());
    }
    return plan;
  }

  private List<CreatableTopicConfigs> describe(Map<String, String> overrides) {
    List<CreatableTopicConfigs> configs = new ArrayList<>();
    ConfigViews views = new ConfigViews(controller.settings());
    for (Setting<?> setting : controller.settings().definitions(Setting.Scope.TOPIC)) {
      ConfigViews.View view = views.view(setting, overrides);
      if (view.shown()) {
        configs.add(new CreatableTopicConfigs().setName(view.name()).setValue(view.value()).setReadOnly(view.readOnly())
            .setConfigSource(view.source()).setIsSensitive(view.sensitive()));
      }
    }
    return configs;
  }

  private static void refuse(CreatableTopicResult result, Outcome why) {
    result.setErrorCode(why.error().code()).setErrorMessage(why.message()).setTopicId(KafkaUuid.ZERO).setNumPartitions(-1)
        .setReplicationFactor((short) -1).setConfigs(List.of());
  }

  @Override
  CreateTopicsResponse failed(Request request, CreateTopicsRequest message, Outcome why) {
    List<CreatableTopicResult> results = new ArrayList<>();
    for (CreatableTopic topic : message.topics()) {
      CreatableTopicResult result = new CreatableTopicResult().setName(topic.name());
      refuse(result, why);
      results.add(result);
    }
    return new CreateTopicsResponse().setTopics(results);
  }
}
