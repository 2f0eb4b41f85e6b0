package io.margay.shares.internal.letters;

import io.margay.metadata.ClusterImage;
import io.margay.metadata.TopicImage;
import io.margay.protocol.Errors;
import io.margay.protocol.message.CreateTopicsRequest;
import io.margay.protocol.message.CreateTopicsResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Finds the dead letter topic of a group, and creates it where that is allowed. Safe for all threads. */
final class LetterTopic {
  private static final int TIMEOUT_MS = 10_000;
  private static final String INTERNAL = "__";

  private final Supplier<ClusterImage> image;
  private final LetterSettings settings;
  private final Requests requests;

  LetterTopic(Supplier<ClusterImage> image, LetterSettings settings, Requests requests) {
    this.image = image;
    this.settings = settings;
    this.requests = requests;
  }

  /** Why a topic cannot be used; null when it can, or can be created. */
  String refusal(String name) {
    TopicImage topic = image.get().topic(name);
    if (name.startsWith(INTERNAL)) {
      return "its name is one of an internal topic";
    }
    if (!name.startsWith(settings.prefix())) {
      return "its name does not begin with errors.deadletterqueue.topic.name.prefix";
    }
    if (topic == null) {
      return settings.createsTopics() ? null : "it does not exist, and errors.deadletterqueue.auto.create.topics.enable is not set";
    }
    return settings.isDeadLetterTopic(name) ? null : "it is not marked with errors.deadletterqueue.group.enable";
  }

  /** Completes when it is there, or could not be created; the image of this broker may know it a little later. */
  CompletionStage<Errors> created(String name) {
    if (image.get().topic(name) != null) {
      return CompletableFuture.completedFuture(Errors.NONE);
    }
    CreateTopicsRequest.CreatableTopic topic = new CreateTopicsRequest.CreatableTopic().setName(name).setNumPartitions(-1)
        .setReplicationFactor((short) -1).setConfigs(new ArrayList<>(List.of(
            new CreateTopicsRequest.CreatableTopicConfig().setName("errors.deadletterqueue.group.enable").setValue("true"),
            new CreateTopicsRequest.CreatableTopicConfig().setName("message.timestamp.type").setValue("CreateTime"))));
    CreateTopicsRequest request = new CreateTopicsRequest().setTimeoutMs(TIMEOUT_MS).setTopics(new ArrayList<>(List.of(topic)));
    return requests.send(CreateTopicsRequest.API, request, new CreateTopicsResponse()).handle((response, failure) -> {
      Errors error = failure != null ? Errors.NETWORK_EXCEPTION : Errors.forCode(response.topics().get(0).errorCode());
      return error == Errors.TOPIC_ALREADY_EXISTS ? Errors.NONE : error;
    });
  }
}
