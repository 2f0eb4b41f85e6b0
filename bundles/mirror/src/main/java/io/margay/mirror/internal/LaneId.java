package io.margay.mirror.internal;

import io.margay.protocol.KafkaUuid;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * One partition of a source whose records are partitioned again.
 *
 * @param source the topic at the source
 * @param partition its partition there
 * @param partitions how many partitions the topic has there
 * @param target the name of the topic here
 */
record LaneId(MirrorSource source, int partition, int partitions, String target) {
  /** Name of the transactional producer, and of the group whose offset of partition 0 of the target is the position at the source. */
  String name() {
    UUID topic = source.topicId().equals(KafkaUuid.ZERO) ? UUID.nameUUIDFromBytes(source.topic().getBytes(StandardCharsets.UTF_8))
        : source.topicId();
    return "margay-mirror-" + source.link() + "-" + KafkaUuid.toString(topic) + "-" + partition;
  }

  /** Another partition of the same topic. */
  LaneId sibling(int other) {
    return new LaneId(source, other, partitions, target);
  }

  @Override
  public String toString() {
    return source.topic() + "-" + partition;
  }
}
