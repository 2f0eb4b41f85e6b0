package io.margay.replication.internal.follow;

import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchRequest.FetchPartition;
import io.margay.protocol.message.FetchRequest.FetchTopic;
import io.margay.protocol.message.FetchRequest.ForgottenTopic;
import io.margay.replication.internal.follow.FetchedPartition.Phase;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The follower's side of a fetch session (KIP-227): requests name only the partitions that have changed, so a fetch costs as much as
 * there is news. Guarded by the lock of its {@link LeaderFetcher}.
 */
final class FollowerSession {
  private static final int INITIAL_EPOCH = 0;

  /** A request: its number, and what it asks for of each partition at most. */
  record Round(long number, int partitionMaxBytes) { }

  private final Set<FetchedPartition> changed = new LinkedHashSet<>();
  private final Map<UUID, Set<Integer>> forgotten = new LinkedHashMap<>();
  private int id;
  private int epoch = INITIAL_EPOCH;
  /** Whether the leader has no room for a session, so that each request names everything. */
  private boolean refused;
  /** Number of the request that began the session; answers to earlier ones do not count. */
  private long begunIn;

  /** A partition has to be named in the next request. */
  void changed(FetchedPartition partition) {
    changed.add(partition);
  }

  /** A partition is not fetched any more, or not now. */
  void forget(FetchedPartition partition) {
    changed.remove(partition);
    if (partition.inSession) {
      partition.inSession = false;
      forgotten.computeIfAbsent(partition.key.topicId(), topic -> new LinkedHashSet<>()).add(partition.key.partition());
    }
  }

  /** The leader does not know the session any more: the next request names everything. */
  void reset() {
    epoch = INITIAL_EPOCH;
    refused = false;
  }

  /** Fills the next request. @param all the partitions that the fetcher has */
  void fill(FetchRequest request, Collection<FetchedPartition> all, Round round) {
    boolean full = epoch == INITIAL_EPOCH;
    request.setSessionId(id).setSessionEpoch(epoch);
    Map<UUID, FetchTopic> topics = new LinkedHashMap<>();
    if (full) {
      forgotten.clear();
      begunIn = round.number();
      for (FetchedPartition partition : all) {
        partition.inSession = partition.phase == Phase.FETCHING;
        if (partition.inSession) {
          partition.refresh();
          name(topics, partition, round);
        }
      }
    } else {
      for (FetchedPartition partition : changed) {
        if (partition.phase == Phase.FETCHING && partition.refresh()) {
          partition.inSession = true;
          unforget(partition);
          name(topics, partition, round);
        }
      }
      epoch = epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
    }
    changed.clear();
    request.setTopics(new ArrayList<>(topics.values()));
    List<ForgottenTopic> gone = new ArrayList<>(forgotten.size());
    forgotten.forEach((topic, partitions) -> gone.add(new ForgottenTopic().setTopicId(topic).setPartitions(List.copyOf(partitions))));
    forgotten.clear();
    request.setForgottenTopicsData(gone);
  }

  private void unforget(FetchedPartition partition) {
    Set<Integer> partitions = forgotten.get(partition.key.topicId());
    if (partitions != null && partitions.remove(partition.key.partition()) && partitions.isEmpty()) {
      forgotten.remove(partition.key.topicId());
    }
  }

  private static void name(Map<UUID, FetchTopic> topics, FetchedPartition partition, Round round) {
    partition.sentIn = round.number();
    topics.computeIfAbsent(partition.key.topicId(), topic -> new FetchTopic().setTopicId(topic).setPartitions(new ArrayList<>(4)))
        .partitions().add(new FetchPartition().setPartition(partition.key.partition()).setFetchOffset(partition.sentOffset)
            .setLastFetchedEpoch(partition.sentEpoch).setLogStartOffset(partition.sentStart).setPartitionMaxBytes(round.partitionMaxBytes())
            .setCurrentLeaderEpoch(partition.follower.leaderEpoch().value()));
  }

  /**
   * The leader has answered without an error.
   *
   * @param sessionId as the answer says; 0 when the leader has no room for a session
   * @param number of the request
   */
  void answered(int sessionId, long number) {
    if (number == begunIn && epoch == INITIAL_EPOCH) {
      id = sessionId;
      refused = sessionId == 0;
      epoch = sessionId == 0 ? INITIAL_EPOCH : 1;
    }
  }

  /** Whether the next request should be answered at once, because it asks for a session and no other can be sent before its answer. */
  boolean begins() {
    return epoch == INITIAL_EPOCH && !refused;
  }

  /** Whether the leader has answered the request that began the session, so that the next one can build on it. */
  boolean isOpen() {
    return epoch != INITIAL_EPOCH;
  }
}
