package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.ControllerSettings;
import io.margay.controller.internal.state.Outcome;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.TopicNames;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.protocol.Message;
import io.margay.protocol.message.DescribeTopicPartitionsRequest;
import io.margay.protocol.message.DescribeTopicPartitionsRequest.TopicRequest;
import io.margay.protocol.message.DescribeTopicPartitionsResponse;
import io.margay.protocol.message.DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition;
import io.margay.protocol.message.DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** DescribeTopicPartitions (75): topics in the order of their names, page by page. */
@Component(service = ApiHandler.class)
public final class DescribeTopicPartitionsHandler extends AdminHandler<DescribeTopicPartitionsRequest> {
  private static final long TOPIC_BYTES = 250;
  private static final long PARTITION_BYTES = 200;

  private final ControllerRuntime controller;

  /** @param controller the controller */
  @Activate
  public DescribeTopicPartitionsHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  DescribeTopicPartitionsHandler(ControllerRuntime controller) {
    super(DescribeTopicPartitionsRequest.API, DescribeTopicPartitionsRequest::new, Access.BY_RESOURCE);
    this.controller = controller;
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, DescribeTopicPartitionsRequest message) {
    ClusterImage image = controller.image();
    boolean all = message.topics().isEmpty();
    SortedSet<String> names = new TreeSet<>();
    List<DescribeTopicPartitionsResponseTopic> denied = new ArrayList<>(0);
    for (String name : all ? image.topics().keySet() : message.topics().stream().map(TopicRequest::name).toList()) {
      if (request.allowed(AclOperation.DESCRIBE, ResourceType.TOPIC, name)) {
        names.add(name);
      } else if (!all) {
        denied.add(denied(name));
      }
    }
    DescribeTopicPartitionsRequest.Cursor cursor = message.cursor();
    if (cursor != null && cursor.partitionIndex() < 0) {
      return now(failed(request, message, new Outcome(Errors.INVALID_REQUEST, "DescribeTopicPartitionsRequest cursor partition"
          + " must be valid: " + cursor.partitionIndex())));
    }
    int room = Math.min(controller.settings().get(ControllerSettings.MAX_REQUEST_PARTITION_SIZE_LIMIT),
        Math.max(1, message.responsePartitionLimit()));
    DescribeTopicPartitionsResponse response = new DescribeTopicPartitionsResponse().setNextCursor(null);
    List<DescribeTopicPartitionsResponseTopic> topics = new ArrayList<>();
    response.setTopics(topics);
    for (String name : cursor == null ? names : names.tailSet(cursor.topicName())) {
      int from = cursor != null && name.equals(cursor.topicName()) ? cursor.partitionIndex() : 0;
      TopicImage topic = image.topic(name);
      if (topic == null) {
        topics.add(unknown(name).setTopicAuthorizedOperations(AuthorizedOperations.onTopic(request, name)));
        continue;
      }
      if (room == 0) {
        response.setNextCursor(new DescribeTopicPartitionsResponse.Cursor().setTopicName(name).setPartitionIndex(0));
        break;
      }
      int to = (int) Math.min(topic.partitions().size(), (long) from + room);
      topics.add(shown(image, request, topic, from, to));
      room -= Math.max(0, to - from);
      if (to < topic.partitions().size()) {
        response.setNextCursor(new DescribeTopicPartitionsResponse.Cursor().setTopicName(name).setPartitionIndex(to));
        break;
      }
    }
    topics.addAll(denied);
    return now(response);
  }

  private static DescribeTopicPartitionsResponseTopic denied(String name) {
    return new DescribeTopicPartitionsResponseTopic().setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code()).setName(name)
        .setTopicId(KafkaUuid.ZERO);
  }

  @Override
  long answerBytes(Request request, DescribeTopicPartitionsRequest message) {
    // The names are sorted first; the partitions of one answer are few.
    int names = message.topics().isEmpty() ? controller.image().topics().size() : message.topics().size();
    return TOPIC_BYTES * names
        + PARTITION_BYTES * controller.settings().get(ControllerSettings.MAX_REQUEST_PARTITION_SIZE_LIMIT);
  }

  private static DescribeTopicPartitionsResponseTopic unknown(String name) {
    Errors error = TopicNames.problem(name) == null ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.INVALID_TOPIC_EXCEPTION;
    return new DescribeTopicPartitionsResponseTopic().setErrorCode(error.code()).setName(name).setTopicId(KafkaUuid.ZERO)
        .setIsInternal(TopicNames.isInternal(name));
  }

  private static DescribeTopicPartitionsResponseTopic shown(ClusterImage image, Request request, TopicImage topic, int from,
      int to) {
    List<DescribeTopicPartitionsResponsePartition> partitions = new ArrayList<>();
    for (int i = from; i < to; i++) {
      PartitionImage p = topic.partitions().get(i);
      Errors error = ImageViews.leaderError(image, p, request.listener());
      partitions.add(new DescribeTopicPartitionsResponsePartition().setErrorCode(error.code()).setPartitionIndex(i)
          .setLeaderId(error == Errors.NONE ? p.leader().value() : -1).setLeaderEpoch(p.leaderEpoch().value())
          .setReplicaNodes(ImageViews.ids(p.replicas())).setIsrNodes(ImageViews.ids(p.isr()))
          .setEligibleLeaderReplicas(ImageViews.ids(p.members().elr()))
          .setLastKnownElr(ImageViews.ids(p.members().lastKnownElr())).setOfflineReplicas(ImageViews.offline(image, p)));
    }
    return new DescribeTopicPartitionsResponseTopic().setName(topic.name()).setTopicId(topic.id()).setIsInternal(topic.internal())
        .setPartitions(partitions).setTopicAuthorizedOperations(AuthorizedOperations.onTopic(request, topic.name()));
  }

  @Override
  Message failed(Request request, DescribeTopicPartitionsRequest message, Outcome why) {
    List<DescribeTopicPartitionsResponseTopic> topics = new ArrayList<>();
    message.topics().forEach(t -> topics.add(unknown(t.name()).setErrorCode(why.error().code())));
    return new DescribeTopicPartitionsResponse().setTopics(topics).setNextCursor(null);
  }
}
