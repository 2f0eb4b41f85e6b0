package io.margay.mirror.internal;

import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchRequest.FetchPartition;
import io.margay.protocol.message.FetchRequest.FetchTopic;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.FetchResponse.PartitionData;
import io.margay.protocol.record.BatchCursor;
import io.margay.protocol.record.RecordBatch;
import io.margay.spi.mirror.MirrorLinks.Difference;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Compares one partition in two clusters, batch by batch: offsets, sizes and checksums, which are computed again from the bytes. Holds the
 * headers of two answers at a time.
 */
final class Comparison {
  private static final int FETCH_BYTES = 8 << 20;

  /**
   * One side.
   *
   * @param cluster the cluster
   * @param leader the broker that leads the partition there
   * @param topicId the topic's id there
   * @param partition its name there
   */
  record Side(RemoteCluster cluster, int leader, UUID topicId, TopicPartition partition) { }

  private final Side source;
  private final Side target;

  Comparison(Side source, Side target) {
    this.source = source;
    this.target = target;
  }

  /** Compares from the later start to the earlier end. */
  Difference compare(long from, long to) throws IOException, InterruptedException {
    ArrayDeque<LastBatch> ours = new ArrayDeque<>();
    ArrayDeque<LastBatch> theirs = new ArrayDeque<>();
    CRC32C crc = new CRC32C();
    ByteBuffer numbers = ByteBuffer.allocate(24);
    long batches = 0;
    String difference = null;
    for (long at = from; at < to && difference == null;) {
      if (ours.isEmpty()) {
        read(target, at, ours);
      }
      if (theirs.isEmpty()) {
        read(source, at, theirs);
      }
      LastBatch mine = ours.poll();
      LastBatch its = theirs.poll();
      if (mine == null || its == null) {
        difference = mine == null && its == null ? null : "after offset " + at + " only " + (mine == null ? "the source" : "the mirror")
            + " has records";
        break;
      }
      if (!mine.equals(its)) {
        difference = "the mirror has " + words(mine) + ", the source " + words(its);
        break;
      }
      batches++;
      crc.update(numbers.clear().putLong(mine.baseOffset()).putLong(mine.nextOffset()).putLong(mine.crc()).flip());
      at = mine.nextOffset();
    }
    return new Difference(target.partition().topic(), target.partition().partition(), from, to, batches, crc.getValue(), difference);
  }

  /** Up to where both sides have the same, looked for by halves. */
  long same(long from, long to) throws IOException, InterruptedException {
    long same = from;
    long other = to;
    while (same < other) {
      long middle = same + (other - same) / 2;
      ArrayDeque<LastBatch> ours = new ArrayDeque<>();
      ArrayDeque<LastBatch> theirs = new ArrayDeque<>();
      read(target, middle, ours);
      read(source, middle, theirs);
      LastBatch mine = ours.poll();
      if (mine != null && mine.equals(theirs.poll())) {
        same = mine.nextOffset();
      } else {
        other = mine == null ? middle : Math.min(middle, Math.max(same, mine.baseOffset()));
      }
    }
    return same;
  }

  private static String words(LastBatch batch) {
    return "offsets " + batch.baseOffset() + " to " + (batch.nextOffset() - 1) + " with checksum " + Long.toHexString(batch.crc());
  }

  private static void read(Side side, long offset, ArrayDeque<LastBatch> into) throws IOException, InterruptedException {
    String failure = side.cluster().at(side.leader(), FetchRequest.API, version -> request(side, offset, version), new FetchResponse(),
        response -> take(response, into));
    if (failure != null) {
      throw new IOException(side.partition() + " cannot be read at offset " + offset + ": " + failure);
    }
  }

  private static FetchRequest request(Side side, long offset, short version) {
    FetchTopic topic = version >= SourceFetcher.FIRST_WITH_TOPIC_IDS ? new FetchTopic().setTopicId(side.topicId())
        : new FetchTopic().setTopic(side.partition().topic());
    topic.setPartitions(List.of(new FetchPartition().setPartition(side.partition().partition()).setCurrentLeaderEpoch(-1)
        .setFetchOffset(offset).setPartitionMaxBytes(FETCH_BYTES)));
    return new FetchRequest().setReplicaId(-1).setMaxWaitMs(100).setMinBytes(1).setMaxBytes(FETCH_BYTES).setSessionId(0)
        .setSessionEpoch(-1).setTopics(List.of(topic));
  }

  /** Returns what is wrong, or null. */
  private static String take(FetchResponse response, ArrayDeque<LastBatch> into) {
    if (response.responses().isEmpty()) {
      return Errors.forCode(response.errorCode()).toString();
    }
    PartitionData data = response.responses().get(0).partitions().get(0);
    if (data.errorCode() != Errors.NONE.code()) {
      return Errors.forCode(data.errorCode()).toString();
    }
    ByteBuf bytes = data.records() == null ? null : data.records().bufferOrNull();
    if (bytes == null) {
      return null;
    }
    BatchCursor cursor = new BatchCursor().wrap(bytes, bytes.readerIndex(), bytes.readableBytes());
    try {
      while (cursor.next()) {
        RecordBatch batch = cursor.batch();
        into.add(new LastBatch(batch.baseOffset(), batch.nextOffset(), batch.sizeBytes(), batch.computeCrc()));
      }
    } catch (io.margay.protocol.record.InvalidRecordBatchException e) {
      return e.getMessage();
    }
    return null;
  }
}
