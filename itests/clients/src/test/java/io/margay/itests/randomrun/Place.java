package io.margay.itests.randomrun;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/**
 * A partition of the run.
 *
 * @param compacted whether its topic keeps the last record of each key only
 */
record Place(String topic, int partition, boolean compacted) {
  static final int KEYS = 200;
  private static final int MIB = 1 << 20;

  /** All partitions of all topics. */
  static final List<Place> ALL = Stream.of("plain-0", "plain-1", "plain-2", "compacted-0", "compacted-1").flatMap(t ->
      IntStream.range(0, partitions(t)).mapToObj(p -> new Place(t, p, t.startsWith("compacted")))).toList();

  static final List<String> TOPICS = ALL.stream().map(Place::topic).distinct().toList();

  static int partitions(String topic) {
    return topic.startsWith("compacted") ? 1 : 2;
  }

  /** The settings of a topic when it is created: the last of the plain ones keeps all. */
  static Map<String, String> settings(String topic) {
    if (topic.startsWith("compacted")) {
      return Map.of("cleanup.policy", "compact", "segment.bytes", Integer.toString(MIB), "min.cleanable.dirty.ratio", "0.01",
          "delete.retention.ms", "0");
    }
    String retention = topic.equals("plain-2") ? "-1" : Integer.toString(MIN_RETENTION_BYTES);
    return Map.of("segment.bytes", Integer.toString(MIB), "retention.bytes", retention);
  }

  /** The least that any setting of the run lets a topic keep. */
  static final int MIN_RETENTION_BYTES = 2 * MIB;

  boolean hasRetention() {
    return !compacted && !topic.equals("plain-2");
  }

  TopicPartition asKafka() {
    return new TopicPartition(topic, partition);
  }

  /** A number that is different for each record of the run, and can be had again at any time. */
  long hash(int generation, int producer, int n) {
    long z = topic.hashCode() * 31L + partition;
    z = (z * 1_000_003 + generation) * 1_000_003 + producer;
    z = (z * 1_000_003 + n) * 0x9E3779B97F4A7C15L;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }

  static int key(long hash) {
    return (int) Math.floorMod(hash >>> 8, KEYS);
  }

  /** @return null for a tombstone */
  byte[] value(long hash) {
    if (compacted && (hash & 15) == 0) {
      return null;
    }
    ByteBuffer value = ByteBuffer.allocate(200 + (int) Math.floorMod(hash >>> 16, 1_200));
    long x = hash;
    while (value.remaining() >= 8) {
      x = x * 6364136223846793005L + 1442695040888963407L;
      value.putLong(x);
    }
    return value.array();
  }

  /** Up to a minute earlier or later than those around it. */
  static long timestamp(long base, int n, long hash) {
    return base + n * 10L + Math.floorMod(hash >>> 24, 120_000) - 60_000;
  }

  @Override
  public String toString() {
    return topic + "-" + partition;
  }
}
