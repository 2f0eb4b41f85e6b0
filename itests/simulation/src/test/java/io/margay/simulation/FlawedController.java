package io.margay.simulation;

import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.MetadataPublisher;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.ReplicaSet;
import io.margay.metadata.TopicImage;
import io.margay.protocol.Errors;
import io.margay.spi.controller.Controller;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * What a node's replication knows as the controller. With {@link Flaw#EARLY_HIGH_WATERMARK} a leader that asks for a new ISR is shown it at
 * once, as if the controller had decided already, so that the high watermark does not wait for those that leave.
 */
final class FlawedController implements Controller, MetadataPublisher {
  private final Controller controller;
  private final Flaw flaw;
  private MetadataPublisher publisher;
  private ClusterImage image = ClusterImage.EMPTY;

  FlawedController(Controller controller, Flaw flaw) {
    this.controller = controller;
    this.flaw = flaw;
  }

  void publishTo(MetadataPublisher replication) {
    publisher = replication;
  }

  @Override
  public void onImage(ClusterDelta delta, ClusterImage newest) {
    image = newest;
    publisher.onImage(delta, newest);
  }

  @Override
  public CompletionStage<List<Errors>> alterIsr(long brokerEpoch, List<IsrChange> changes) {
    CompletionStage<List<Errors>> answer = controller.alterIsr(brokerEpoch, changes);
    if (flaw == Flaw.EARLY_HIGH_WATERMARK) {
      changes.forEach(this::anticipate);
    }
    return answer;
  }

  private void anticipate(IsrChange change) {
    TopicImage topic = image.topic(change.partition().topicId());
    PartitionImage now = topic.partitions().get(change.partition().partition());
    if (now.partitionEpoch() != change.partitionEpoch() || !now.leaderEpoch().equals(change.leaderEpoch())) {
      return;
    }
    List<PartitionImage> partitions = new ArrayList<>(topic.partitions());
    partitions.set(now.index(), new PartitionImage(now.index(), ReplicaSet.of(now.replicas(),
        now.replicas().stream().filter(change.isr()::containsKey).toList()), now.leader(), now.leaderEpoch(), now.partitionEpoch()));
    TopicImage changed = new TopicImage(topic.name(), topic.id(), topic.internal(), partitions);
    publisher.onImage(new ClusterDelta(false, Set.of(changed), Set.of(), Set.of(), false), image);
  }

  @Override
  public CompletionStage<Errors> createTopic(String name, int partitions, int replicationFactor, Map<String, String> configs,
      boolean internal) {
    return controller.createTopic(name, partitions, replicationFactor, configs, internal);
  }

  @Override
  public CompletionStage<ProducerIdBlock> allocateProducerIds() {
    return controller.allocateProducerIds();
  }

  @Override
  public boolean registered() {
    return controller.registered();
  }

  @Override
  public CompletionStage<Void> whenRegistered() {
    return controller.whenRegistered();
  }
}
