package io.margay.metadata;

import java.util.List;
import java.util.UUID;

/**
 * A topic.
 *
 * @param name its name
 * @param id its id, never used again
 * @param internal whether it belongs to the server, as __consumer_offsets does
 * @param partitions by index: element i is partition i
 */
public record TopicImage(String name, UUID id, boolean internal, List<PartitionImage> partitions) {
  public TopicImage {
    partitions = List.copyOf(partitions);
  }

  /** Of the id alone, because images are put into sets, and a topic may have thousands of partitions. */
  @Override
  public int hashCode() {
    return id.hashCode();
  }
}
