package io.margay.simulation;

import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;

/** Cluster images in short words, for traces. */
final class Images {
  private Images() { }

  static String text(ClusterImage image) {
    StringBuilder text = new StringBuilder("brokers");
    image.brokers().values().forEach(b -> text.append(' ').append(b.id()).append('e').append(b.epoch()).append(b.fenced() ? "-" : "+"));
    for (TopicImage topic : image.topics().values()) {
      for (PartitionImage p : topic.partitions()) {
        text.append(' ').append(topic.name()).append('-').append(p.index()).append(" leader ").append(p.leader()).append(" epoch ")
            .append(p.leaderEpoch()).append('/').append(p.partitionEpoch()).append(" isr ").append(p.isr());
        if (!p.members().elr().isEmpty()) {
          text.append(" elr ").append(p.members().elr());
        }
        if (!p.members().lastKnownElr().isEmpty()) {
          text.append(" last ").append(p.members().lastKnownElr());
        }
      }
    }
    return text.toString();
  }
}
