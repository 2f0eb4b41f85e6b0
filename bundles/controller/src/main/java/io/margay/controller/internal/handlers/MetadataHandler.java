package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.ControllerSettings;
import io.margay.controller.internal.state.Outcome;
import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.Endpoint;
import io.margay.model.TopicNames;
import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.protocol.Message;
import io.margay.protocol.message.MetadataRequest;
import io.margay.protocol.message.MetadataRequest.MetadataRequestTopic;
import io.margay.protocol.message.MetadataResponse;
import io.margay.protocol.message.MetadataResponse.MetadataResponseBroker;
import io.margay.protocol.message.MetadataResponse.MetadataResponsePartition;
import io.margay.protocol.message.MetadataResponse.MetadataResponseTopic;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Metadata (3): brokers, topics and leaders, from the image. A topic that is asked for may be created on the way. */
@Component(service = ApiHandler.class)
public final class MetadataHandler extends AdminHandler<MetadataRequest> {
  private static final short FIRST_WITH_NULL_FOR_ALL = 1;
  private static final short FIRST_WITH_AUTO_CREATION_FLAG = 4;
  private static final short FIRST_WITH_LISTENER_ERROR = 6;
  private static final short FIRST_BY_ID = 12;
  private static final long TOPIC_BYTES = 200;
  private static final long PARTITION_BYTES = 150;

  private final ControllerRuntime controller;
  private final TopicAutoCreation creation;

  /** @param controller the controller */
  @Activate
  public MetadataHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  MetadataHandler(ControllerRuntime controller) {
    super(MetadataRequest.API, MetadataRequest::new, Access.BY_RESOURCE);
    this.controller = controller;
    this.creation = new TopicAutoCreation(controller);
  }

  @Override
  CompletionStage<MetadataResponse> answer(Request request, MetadataRequest message) {
    ClusterImage image = controller.image();
    MetadataResponse response = new MetadataResponse().setBrokers(brokers(image, request.listener()))
        .setClusterId(controller.clusterId()).setControllerId(ImageViews.controllerId(image, request.listener()));
    if (message.includeClusterAuthorizedOperations()) {
      response.setClusterAuthorizedOperations(AuthorizedOperations.onCluster(request, true));
    }
    return now(response.setTopics(topics(image, request, message)));
  }

  @Override
  long answerBytes(Request request, MetadataRequest message) {
    ClusterImage image = controller.image();
    if (all(request, message)) {
      return TOPIC_BYTES * image.topics().size() + PARTITION_BYTES * controller.planner().limits().partitions(image);
    }
    long bytes = 0;
    for (MetadataRequestTopic one : message.topics()) {
      TopicImage topic = one.name() != null ? image.topic(one.name())
          : one.topicId() != null ? image.topic(one.topicId()) : null;
      bytes += TOPIC_BYTES + (topic == null ? 0 : PARTITION_BYTES * topic.partitions().size());
    }
    return bytes;
  }

  private static boolean all(Request request, MetadataRequest message) {
    return message.topics() == null || message.topics().isEmpty() && request.version() < FIRST_WITH_NULL_FOR_ALL;
  }

  private static List<MetadataResponseBroker> brokers(ClusterImage image, String listener) {
    List<MetadataResponseBroker> brokers = new ArrayList<>(image.brokers().size());
    for (BrokerImage broker : image.brokers().values()) {
      Endpoint endpoint = ImageViews.endpoint(broker, listener);
      if (endpoint != null && !broker.fenced()) {
        brokers.add(new MetadataResponseBroker().setNodeId(broker.id().value()).setHost(endpoint.host())
            .setPort(endpoint.port()).setRack(broker.rack()));
      }
    }
    return brokers;
  }

  private List<MetadataResponseTopic> topics(ClusterImage image, Request request, MetadataRequest message) {
    List<MetadataRequestTopic> asked = message.topics();
    boolean operations = message.includeTopicAuthorizedOperations();
    List<MetadataResponseTopic> topics = new ArrayList<>();
    if (all(request, message)) {
      for (TopicImage t : image.topics().values()) {
        if (seen(request, t.name())) {
          topics.add(withOperations(topic(image, request, t), request, operations));
        }
      }
      return topics;
    }
    boolean create = (request.version() < FIRST_WITH_AUTO_CREATION_FLAG || message.allowAutoTopicCreation())
        && controller.settings().get(ControllerSettings.AUTO_CREATE_TOPICS_ENABLE);
    TopicAutoCreation.Round round = create ? creation.round(image) : null;
    Set<String> named = new HashSet<>();
    for (MetadataRequestTopic one : asked) {
      boolean byId = one.topicId() != null && !one.topicId().equals(KafkaUuid.ZERO);
      if (byId || one.name() == null) {
        topics.add(withOperations(byId(image, request, one, byId), request, operations));
      } else if (named.add(one.name())) {
        topics.add(withOperations(byName(image, request, one.name(), round), request, operations));
      }
    }
    return topics;
  }

  private static boolean seen(Request request, String topic) {
    return request.allowed(AclOperation.DESCRIBE, ResourceType.TOPIC, topic);
  }

  /** Of a topic that the client may not see, or not create, it learns nothing more. */
  private static MetadataResponseTopic withOperations(MetadataResponseTopic topic, Request request, boolean asked) {
    return asked && topic.name() != null && topic.errorCode() != Errors.TOPIC_AUTHORIZATION_FAILED.code()
        ? topic.setTopicAuthorizedOperations(AuthorizedOperations.onTopic(request, topic.name())) : topic;
  }

  private MetadataResponseTopic byId(ClusterImage image, Request request, MetadataRequestTopic one, boolean byId) {
    if (request.version() < FIRST_BY_ID || !byId || one.name() != null && !one.name().isEmpty()) {
      // Versions 10 and 11 have the field, but no server serves it; a name cannot be null there.
      return new MetadataResponseTopic().setErrorCode(Errors.INVALID_REQUEST.code()).setTopicId(one.topicId())
          .setName(one.name() == null ? "" : one.name());
    }
    TopicImage topic = image.topic(one.topicId());
    if (topic != null && !seen(request, topic.name())) {
      return new MetadataResponseTopic().setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code()).setTopicId(one.topicId()).setName(null);
    }
    return topic == null ? new MetadataResponseTopic().setErrorCode(Errors.UNKNOWN_TOPIC_ID.code()).setTopicId(one.topicId())
        .setName(null) : topic(image, request, topic);
  }

  /** A topic by name; {@code round} creates the ones that are missing, null leaves them so. */
  private static MetadataResponseTopic byName(ClusterImage image, Request request, String name, TopicAutoCreation.Round round) {
    if (!seen(request, name)) {
      return new MetadataResponseTopic().setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code()).setName(name).setTopicId(KafkaUuid.ZERO);
    }
    TopicImage topic = image.topic(name);
    if (topic != null) {
      return topic(image, request, topic);
    }
    Errors error;
    if (round != null && !mayCreate(request, name)) {
      error = Errors.TOPIC_AUTHORIZATION_FAILED;
    } else if (TopicNames.problem(name) != null) {
      error = Errors.INVALID_TOPIC_EXCEPTION;
    } else if (round != null && TopicNames.isCreatedOnDemand(name)) {
      error = round.create(name);
    } else {
      error = Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }
    return new MetadataResponseTopic().setErrorCode(error.code()).setName(name).setTopicId(KafkaUuid.ZERO)
        .setIsInternal(TopicNames.isInternal(name));
  }

  private static boolean mayCreate(Request request, String topic) {
    return request.allowed(AclOperation.CREATE, ResourceType.CLUSTER, Acl.CLUSTER_NAME)
        || request.allowed(AclOperation.CREATE, ResourceType.TOPIC, topic);
  }

  private static MetadataResponseTopic topic(ClusterImage image, Request request, TopicImage topic) {
    List<MetadataResponsePartition> partitions = new ArrayList<>(topic.partitions().size());
    for (PartitionImage p : topic.partitions()) {
      Errors error = ImageViews.leaderError(image, p, request.listener());
      if (error == Errors.LISTENER_NOT_FOUND && request.version() < FIRST_WITH_LISTENER_ERROR) {
        error = Errors.LEADER_NOT_AVAILABLE;
      }
      List<Integer> replicas = ImageViews.ids(p.replicas());
      partitions.add(new MetadataResponsePartition().setErrorCode(error.code()).setPartitionIndex(p.index())
          .setLeaderId(error == Errors.NONE ? p.leader().value() : -1).setLeaderEpoch(p.leaderEpoch().value())
          .setReplicaNodes(replicas).setIsrNodes(p.isr() == p.replicas() ? replicas : ImageViews.ids(p.isr()))
          .setOfflineReplicas(ImageViews.offline(image, p)));
    }
    return new MetadataResponseTopic().setName(topic.name()).setTopicId(topic.id()).setIsInternal(topic.internal())
        .setPartitions(partitions);
  }

  @Override
  Message failed(Request request, MetadataRequest message, Outcome why) {
    List<MetadataResponseTopic> topics = new ArrayList<>();
    for (MetadataRequestTopic one : message.topics() == null ? List.<MetadataRequestTopic>of() : message.topics()) {
      UUID id = one.topicId() == null ? KafkaUuid.ZERO : one.topicId();
      topics.add(new MetadataResponseTopic().setErrorCode(why.error().code()).setTopicId(id)
          .setName(one.name() == null && request.version() < FIRST_BY_ID ? "" : one.name()));
    }
    return new MetadataResponse().setTopics(topics).setControllerId(-1).setErrorCode(why.error().code());
  }
}
