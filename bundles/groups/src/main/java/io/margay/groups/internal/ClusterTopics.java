package io.margay.groups.internal;

import io.margay.groups.internal.group.Topics;
import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterMetadata;
import io.margay.metadata.TopicImage;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** The topics of the newest image, and how often they have changed. Safe for all threads. */
final class ClusterTopics implements Topics {
  private final ClusterMetadata metadata;
  private final AtomicLong version = new AtomicLong();

  ClusterTopics(ClusterMetadata metadata) {
    this.metadata = metadata;
  }

  /** The image has changed. That partitions have other leaders means nothing to groups. */
  void onImage(ClusterDelta delta) {
    if (delta.first() || !delta.deletedTopics().isEmpty() || delta.changedTopics().stream().anyMatch(t -> grew(delta, t))) {
      version.incrementAndGet();
    }
  }

  private static boolean grew(ClusterDelta delta, TopicImage topic) {
    TopicImage before = delta.topicsBefore().get(topic.id());
    return before == null || before.partitions().size() != topic.partitions().size();
  }

  @Override
  public long version() {
    return version.get();
  }

  @Override
  public UUID id(String name) {
    TopicImage topic = metadata.image().topic(name);
    return topic == null ? null : topic.id();
  }

  @Override
  public String name(UUID id) {
    TopicImage topic = metadata.image().topic(id);
    return topic == null ? null : topic.name();
  }

  @Override
  public int partitions(String name) {
    TopicImage topic = metadata.image().topic(name);
    return topic == null ? 0 : topic.partitions().size();
  }

  @Override
  public List<String> names() {
    return metadata.image().topics().values().stream().filter(t -> !t.internal()).map(TopicImage::name).sorted().toList();
  }

  @Override
  public long offset() {
    return metadata.image().offset();
  }
}
