package io.margay.replication.internal.fetch;

import io.margay.protocol.message.FetchRequest.FetchPartition;
import io.margay.protocol.message.FetchResponse.PartitionData;
import java.util.UUID;

/**
 * One partition that a client fetches, and in a session also what the client was last told. It contains the links of the
 * {@link FetchItems} that it belongs to, so that a session costs one object for each partition. A session's items are changed under
 * the session's monitor.
 */
final class FetchItem {
  /** Bytes of one item, with its place in the table of {@link FetchItems}. */
  static final int SIZE_BYTES = 88;
  private static final long NOTHING_TOLD = -1;

  private final TopicKey topic;
  private final int partition;
  private long fetchOffset;
  private int maxBytes;
  private int currentLeaderEpoch;
  private int lastFetchedEpoch;
  private long logStartOffset;
  private long toldHighWatermark = NOTHING_TOLD;
  private long toldLogStartOffset = NOTHING_TOLD;
  // the collection's
  FetchItem before;
  FetchItem after;
  FetchItem nextInBucket;

  FetchItem(TopicKey topic, int partition) {
    this.topic = topic;
    this.partition = partition;
  }

  /** Applies what a request says. */
  FetchItem update(FetchPartition request) {
    fetchOffset = request.fetchOffset();
    maxBytes = request.partitionMaxBytes();
    currentLeaderEpoch = request.currentLeaderEpoch();
    lastFetchedEpoch = request.lastFetchedEpoch();
    logStartOffset = request.logStartOffset();
    if (logStartOffset >= 0) {
      // a follower that says where it is does not take answers to earlier requests, so it may not know what they told
      toldHighWatermark = NOTHING_TOLD;
    }
    return this;
  }

  /** How the client names the topic. */
  TopicKey key() {
    return topic;
  }

  /** The topic's name; empty when the client names it by id. */
  String topic() {
    return topic.name();
  }

  /** The topic's id; zero when the client names it by name. */
  UUID topicId() {
    return topic.id();
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

  /** First offset that a follower has; -1 from a consumer. */
  long logStartOffset() {
    return logStartOffset;
  }

  /** Whether an answer without records would tell the client something that it does not know. */
  boolean isNews(long highWatermark, long logStartOffset) {
    return highWatermark != toldHighWatermark || logStartOffset != toldLogStartOffset;
  }

  /** Records what the client gets. After an error the next answer without one is always news. */
  void told(PartitionData answer) {
    boolean failed = answer.errorCode() != 0 || answer.divergingEpoch().epoch() >= 0;
    toldHighWatermark = failed ? NOTHING_TOLD : answer.highWatermark();
    toldLogStartOffset = answer.logStartOffset();
  }

  @Override
  public String toString() {
    return topic + "-" + partition;
  }
}
