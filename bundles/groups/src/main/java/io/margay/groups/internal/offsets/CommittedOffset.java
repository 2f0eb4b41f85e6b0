package io.margay.groups.internal.offsets;

import io.margay.groups.internal.group.HeapSize;
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

  /** Estimated bytes of an offset without metadata, with its place in the store. */
  private static final int BYTES = 120;

  /** @return estimated bytes of heap */
  long bytes() {
    return BYTES + HeapSize.of(metadata);
  }

  /** The same with an equal topic id that others have, too. */
  CommittedOffset sharing(UUID id) {
    return id == topicId ? this
        : new CommittedOffset(offset, leaderEpoch, metadata, commitTimestampMs, expireTimestampMs, id);
  }

  /** @return whether it has an expiry of its own */
  public boolean expires() {
    return expireTimestampMs >= 0;
  }
}
