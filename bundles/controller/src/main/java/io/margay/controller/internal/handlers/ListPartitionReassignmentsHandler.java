package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.state.Outcome;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.TopicPartition;
import io.margay.model.acl.AclOperation;
import io.margay.protocol.Message;
import io.margay.protocol.message.ListPartitionReassignmentsRequest;
import io.margay.protocol.message.ListPartitionReassignmentsResponse;
import io.margay.protocol.message.ListPartitionReassignmentsResponse.OngoingPartitionReassignment;
import io.margay.protocol.message.ListPartitionReassignmentsResponse.OngoingTopicReassignment;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** ListPartitionReassignments (46): the partitions whose replicas are changing. */
@Component(service = ApiHandler.class)
public final class ListPartitionReassignmentsHandler extends AdminHandler<ListPartitionReassignmentsRequest> {
  private final ControllerRuntime controller;

  /** @param controller the controller */
  @Activate
  public ListPartitionReassignmentsHandler(@Reference ControllerService controller) {
    this(controller.runtime());
  }

  ListPartitionReassignmentsHandler(ControllerRuntime controller) {
    super(ListPartitionReassignmentsRequest.API, ListPartitionReassignmentsRequest::new, Access.cluster(AclOperation.DESCRIBE));
    this.controller = controller;
  }

  @Override
  CompletionStage<? extends Message> answer(Request request, ListPartitionReassignmentsRequest message) {
    ClusterImage image = controller.image();
    List<OngoingTopicReassignment> topics = new ArrayList<>();
    if (message.topics() == null) {
      image.topics().values().forEach(t -> add(topics, t.name(), t.partitions()));
    } else {
      message.topics().forEach(t -> {
        TopicImage topic = image.topic(t.name());
        if (topic != null) {
          add(topics, t.name(), t.partitionIndexes().stream().distinct().map(p -> image.partition(new TopicPartition(t.name(), p)))
              .filter(Objects::nonNull).toList());
        }
      });
    }
    return now(new ListPartitionReassignmentsResponse().setErrorMessage(null).setTopics(topics));
  }

  private static void add(List<OngoingTopicReassignment> topics, String name, List<PartitionImage> among) {
    List<OngoingPartitionReassignment> partitions = among.stream().filter(p -> p.members().reassigning())
        .map(p -> new OngoingPartitionReassignment().setPartitionIndex(p.index()).setReplicas(ImageViews.ids(p.replicas()))
            .setAddingReplicas(ImageViews.ids(p.members().adding())).setRemovingReplicas(ImageViews.ids(p.members().removing())))
        .toList();
    if (!partitions.isEmpty()) {
      topics.add(new OngoingTopicReassignment().setName(name).setPartitions(partitions));
    }
  }

  @Override
  Message failed(Request request, ListPartitionReassignmentsRequest message, Outcome why) {
    return new ListPartitionReassignmentsResponse().setErrorCode(why.error().code()).setErrorMessage(why.message());
  }
}
