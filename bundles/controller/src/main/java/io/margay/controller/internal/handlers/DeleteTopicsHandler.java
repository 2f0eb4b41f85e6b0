package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.ControllerSettings;
import io.margay.controller.internal.state.Command.DeleteTopics;
import io.margay.controller.internal.state.Outcome;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.TopicImage;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.protocol.Message;
import io.margay.protocol.message.DeleteTopicsRequest;
import io.margay.protocol.message.DeleteTopicsRequest.DeleteTopicState;
import io.margay.protocol.message.DeleteTopicsResponse;
import io.margay.protocol.message.DeleteTopicsResponse.DeletableTopicResult;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** DeleteTopics (20), by name or by id. */
@Component(service = ApiHandler.class)
public final class DeleteTopicsHandler extends AdminHandler<DeleteTopicsRequest> {
  private static final short FIRST_WITH_QUOTA_ERROR = 5;
  private static final short FIRST_WITH_IDS = 6;
  private static final short FIRST_WITH_DISABLED_ERROR = 3;
  private static final long TOPIC_BYTES = 350;

  private final ControllerRuntime controller;

  /** @param controller the controller */
  @Activate
  public DeleteTopicsHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  DeleteTopicsHandler(ControllerRuntime controller) {
    super(DeleteTopicsRequest.API, DeleteTopicsRequest::new, Access.BY_RESOURCE);
    this.controller = controller;
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, DeleteTopicsRequest message) {
    if (!controller.settings().get(ControllerSettings.DELETE_TOPIC_ENABLE)) {
      return now(failed(request, message, Outcome.of(request.version() < FIRST_WITH_DISABLED_ERROR ? Errors.INVALID_REQUEST
          : Errors.TOPIC_DELETION_DISABLED)));
    }
    ClusterImage image = controller.image();
    List<DeletableTopicResult> results = new ArrayList<>();
    List<UUID> ids = new ArrayList<>();
    List<DeletableTopicResult> pending = new ArrayList<>();
    MutationQuota quota = new MutationQuota(request, FIRST_WITH_QUOTA_ERROR);
    List<DeleteTopicState> asked = asked(request, message);
    Set<UUID> twice = askedTwice(request, asked, image);
    for (DeleteTopicState one : asked) {
      boolean byId = !one.topicId().equals(KafkaUuid.ZERO);
      TopicImage topic = find(one, image);
      if (topic != null && twice.contains(topic.id())) {
        continue;
      }
      DeletableTopicResult result = new DeletableTopicResult().setName(one.name()).setTopicId(one.topicId());
      results.add(result);
      if (byId != (one.name() != null) && !mayDelete(request, one, topic)) {
        set(result, Outcome.of(Errors.TOPIC_AUTHORIZATION_FAILED));
        if (topic != null && seen(request, topic.name())) {
          result.setName(topic.name()).setTopicId(topic.id());
        }
      } else if (byId == (one.name() != null)) {
        set(result, new Outcome(Errors.INVALID_REQUEST, byId ? "You may not specify both topic name and topic id."
            : "Neither topic name nor id were specified."));
      } else if (topic == null) {
        set(result, Outcome.of(byId ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION));
      } else {
        Outcome throttled = quota.refusal(topic.partitions().size());
        if (throttled != null) {
          set(result, throttled);
          continue;
        }
        result.setName(topic.name()).setTopicId(topic.id());
        ids.add(topic.id());
        pending.add(result);
      }
    }
    for (UUID id : twice) {
      DeletableTopicResult result = new DeletableTopicResult().setName(image.topic(id).name()).setTopicId(id);
      set(result, new Outcome(Errors.INVALID_REQUEST, "The topic is named more than once."));
      results.add(result);
    }
    DeleteTopicsResponse response = new DeleteTopicsResponse().setResponses(results);
    if (ids.isEmpty()) {
      return now(response);
    }
    return controller.<List<Outcome>>propose(new DeleteTopics(ids), message.timeoutMs())
        .exceptionally(e -> Collections.nCopies(ids.size(), ControllerRuntime.error(e)))
        .thenApply(outcomes -> {
          for (int i = 0; i < outcomes.size(); i++) {
            set(pending.get(i), outcomes.get(i));
          }
          return response;
        });
  }

  private static boolean seen(Request request, String topic) {
    return request.allowed(AclOperation.DESCRIBE, ResourceType.TOPIC, topic);
  }

  /** Who names a topic must be allowed to see it, too. That a topic is unknown is told to those who may see it, and that an id is, to all. */
  private static boolean mayDelete(Request request, DeleteTopicState asked, TopicImage topic) {
    return (asked.name() == null || seen(request, asked.name()))
        && (topic == null || request.allowed(AclOperation.DELETE, ResourceType.TOPIC, topic.name()));
  }

  @Override
  long answerBytes(Request request, DeleteTopicsRequest message) {
    return TOPIC_BYTES * (request.version() >= FIRST_WITH_IDS ? message.topics().size() : message.topicNames().size());
  }

  private static TopicImage find(DeleteTopicState asked, ClusterImage image) {
    if (!asked.topicId().equals(KafkaUuid.ZERO)) {
      return image.topic(asked.topicId());
    }
    return asked.name() == null ? null : image.topic(asked.name());
  }

  /** Which topics are named more than once. They are left alone, as a request with such a mistake may hold another one. */
  private static Set<UUID> askedTwice(Request request, List<DeleteTopicState> asked, ClusterImage image) {
    Set<UUID> seen = new HashSet<>();
    Set<UUID> twice = new LinkedHashSet<>();
    for (DeleteTopicState one : asked) {
      TopicImage topic = find(one, image);
      if (topic != null && seen(request, topic.name()) && !seen.add(topic.id())) {
        twice.add(topic.id());
      }
    }
    return twice;
  }

  private static void set(DeletableTopicResult result, Outcome outcome) {
    result.setErrorCode(outcome.error().code()).setErrorMessage(outcome.message());
  }

  private static List<DeleteTopicState> asked(Request request, DeleteTopicsRequest message) {
    if (request.version() >= FIRST_WITH_IDS) {
      return message.topics();
    }
    return message.topicNames().stream().map(name -> new DeleteTopicState().setName(name).setTopicId(KafkaUuid.ZERO)).toList();
  }

  @Override
  Message failed(Request request, DeleteTopicsRequest message, Outcome why) {
    List<DeletableTopicResult> results = new ArrayList<>();
    for (DeleteTopicState asked : asked(request, message)) {
      DeletableTopicResult result = new DeletableTopicResult().setName(asked.name()).setTopicId(asked.topicId());
      set(result, why);
      results.add(result);
    }
    return new DeleteTopicsResponse().setResponses(results);
  }
}
