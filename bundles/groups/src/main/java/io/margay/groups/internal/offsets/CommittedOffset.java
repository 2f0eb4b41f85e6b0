package io.margay.groups.internal.offsets;

import io.margay.protocol.KafkaUuid;
import java.util.Objects;
import java.util.UUID;

/**
 * What a group has committed for one partition.
 *
 * @param offset next offset to consume
 * @param leaderEpoch epoch of the last record consumed, or -1
 * @param metadata the client's text, not null
 * @param commitTimestampMs milliseconds since the epoch
 * @param expireTimestampMs milliseconds since the epoch, or -1 when the retention of the server counts
 * @param topicId the topic's id, or {@link KafkaUuid#ZERO} when unknown
 */
public record CommittedOffset(long offset, int leaderEpoch, String metadata, long commitTimestampMs, long expireTimestampMs,
    UUID topicId) {
  public CommittedOffset {
    Objects.requireNonNull(metadata, "metadata");
    Objects.requireNonNull(topicId, "topicId");
  }

  /** @return whether it has an expiry of its own */
  public boolean expires() {
    return expireTimestampMs >= 0;
  }
}
