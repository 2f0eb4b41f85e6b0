package io.margay.mirror.internal;

import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchRequest.FetchPartition;
import io.margay.protocol.message.FetchRequest.FetchTopic;
import io.margay.protocol.message.FetchResponse;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One fetch for the lanes of a broker that are ready: what it asks for, and which part of the answer belongs to which lane. The lanes come in
 * the order in which they are served: the first ones get as much as they can take, and each at least one batch when it is the first.
 */
final class LaneFetch {
  private static final byte READ_COMMITTED = 1;
  /** Less is not asked for of a partition, since an answer that ends inside of its first batch brings nothing. */
  private static final int PARTITION_BYTES = 1 << 20;

  private final List<Lane> ready;
  private final int bytes;
  private final int waitMs;
  private final Map<Key, Lane> asked = new HashMap<>();

  /** @param topic a name, or an id in newer versions */
  private record Key(Object topic, int partition) { }

  /**
   * @param bytes size of the answer
   * @param waitMs how long the source holds it back while there are no records
   */
  LaneFetch(List<Lane> ready, int bytes, int waitMs) {
    this.ready = ready;
    this.bytes = bytes;
    this.waitMs = waitMs;
  }

  /** The highest version that can name all topics: some have no id. */
  short highestVersion() {
    short highest = Short.MAX_VALUE;
    for (Lane lane : ready) {
      highest = lane.id().source().fetchVersion(highest);
    }
    return highest;
  }

  FetchRequest request(short version) {
    int share = Math.max(bytes / ready.size(), Math.min(PARTITION_BYTES, bytes));
    Map<Object, FetchTopic> topics = new LinkedHashMap<>();
    for (Lane lane : ready) {
      MirrorSource from = lane.id().source();
      boolean byId = version >= SourceFetcher.FIRST_WITH_TOPIC_IDS;
      Object topic = byId ? from.topicId() : from.topic();
      asked.put(new Key(topic, lane.id().partition()), lane);
      topics.computeIfAbsent(topic, key -> byId ? new FetchTopic().setTopicId(from.topicId()) : new FetchTopic().setTopic(from.topic()))
          .partitions().add(new FetchPartition().setPartition(lane.id().partition()).setCurrentLeaderEpoch(-1)
              .setFetchOffset(lane.position()).setPartitionMaxBytes(share));
    }
    return new FetchRequest().setReplicaId(-1).setMaxWaitMs(waitMs).setMinBytes(1).setMaxBytes(bytes).setIsolationLevel(READ_COMMITTED)
        .setSessionId(0).setSessionEpoch(-1).setTopics(List.copyOf(topics.values()));
  }

  /** What each lane has to write; lanes that have nothing are missing. */
  Map<Lane, Lane.Step> sort(FetchResponse answer) {
    Map<Lane, Lane.Step> steps = new LinkedHashMap<>();
    for (var topic : answer.responses()) {
      Object key = topic.topic().isEmpty() ? topic.topicId() : topic.topic();
      for (var data : topic.partitions()) {
        Lane lane = asked.get(new Key(key, data.partitionIndex()));
        Lane.Step step = lane == null ? null : lane.sort(data);
        if (step != null) {
          steps.put(lane, step);
        }
      }
    }
    return steps;
  }
}
