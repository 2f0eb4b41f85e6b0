package io.margay.replication.internal.fetch;

import io.margay.protocol.KafkaUuid;
import io.margay.protocol.message.FetchRequest.FetchPartition;
import io.margay.protocol.message.FetchResponse.PartitionData;
import java.util.UUID;

/**
 * One partition that a client fetches, and in a session also what it was last told. Equal by topic and index only, so that a
 * session can look it up by itself. A session's items are changed under the session's monitor.
 */
final class FetchItem {
  private static final long NOTHING_TOLD = -1;

  private final String topic;
  private final UUID topicId;
  private final int partition;
  private long fetchOffset;
  private int maxBytes;
  private int currentLeaderEpoch;
  private int lastFetchedEpoch;
  private long toldHighWatermark = NOTHING_TOLD;
  private long toldLogStartOffset = NOTHING_TOLD;

  /**
   * @param topic the topic's name; empty when the client names it by id
   * @param topicId its id, zero when the client names it by name
   * @param partition the partition's index
   */
  FetchItem(String topic, UUID topicId, int partition) {
    this.topic = topic;
    this.topicId = topicId;
    this.partition = partition;
  }

  /** Takes over what a request says. */
  FetchItem update(FetchPartition request) {
    fetchOffset = request.fetchOffset();
    maxBytes = request.partitionMaxBytes();
    currentLeaderEpoch = request.currentLeaderEpoch();
    lastFetchedEpoch = request.lastFetchedEpoch();
    return this;
  }

  String topic() {
    return topic;
  }

  UUID topicId() {
    return topicId;
  }

  boolean byId() {
    return topicId != KafkaUuid.ZERO;
  }

  int partition() {
    return partition;
  }

  long fetchOffset() {
    return fetchOffset;
  }

  int maxBytes() {
    return maxBytes;
  }

  int currentLeaderEpoch() {
    return currentLeaderEpoch;
  }

  int lastFetchedEpoch() {
    return lastFetchedEpoch;
  }

  /** Whether an answer without records would tell the client something that it does not know. */
  boolean isNews(long highWatermark, long logStartOffset) {
    return highWatermark != toldHighWatermark || logStartOffset != toldLogStartOffset;
  }

  /** Notes what the client is told. After an error the next answer without one is news in any case. */
  void told(PartitionData answer) {
    boolean failed = answer.errorCode() != 0 || answer.divergingEpoch().epoch() >= 0;
    toldHighWatermark = failed ? NOTHING_TOLD : answer.highWatermark();
    toldLogStartOffset = answer.logStartOffset();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FetchItem that && partition == that.partition && topicId.equals(that.topicId)
        && topic.equals(that.topic);
  }

  @Override
  public int hashCode() {
    return 31 * (byId() ? topicId.hashCode() : topic.hashCode()) + partition;
  }

  @Override
  public String toString() {
    return (byId() ? KafkaUuid.toString(topicId) : topic) + "-" + partition;
  }
}
