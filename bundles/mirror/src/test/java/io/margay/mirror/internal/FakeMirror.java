package io.margay.mirror.internal;

import io.margay.model.LeaderEpoch;
import io.margay.model.TopicIdPartition;
import io.margay.model.TopicPartition;
import io.margay.protocol.BufferRecords;
import io.margay.protocol.Errors;
import io.margay.protocol.record.BatchCursor;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.log.PartitionLog.Appended;
import io.margay.spi.partition.LeaderPartition;
import io.margay.spi.storage.LogSlice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;

/** A mirror in memory. */
final class FakeMirror implements LeaderPartition {
  final TreeMap<Long, LastBatch> batches = new TreeMap<>();
  private final TreeMap<Long, byte[]> bytes = new TreeMap<>();
  private final TopicIdPartition id;
  private long start;
  private long end;
  /** The answer to the next append, once. */
  Appended nextAppend;

  FakeMirror(String topic, int partition) {
    id = new TopicIdPartition(new UUID(0, 7), new TopicPartition(topic, partition));
  }

  @Override
  public Appended appendMirrored(ByteBuf records, long fetchOffset, String source) {
    Appended refusal = nextAppend;
    nextAppend = null;
    if (refusal != null) {
      return refusal;
    }
    if (fetchOffset != end) {
      return Appended.failed(Errors.OFFSET_OUT_OF_RANGE, "ends at " + end);
    }
    BatchCursor cursor = new BatchCursor().wrap(records, records.readerIndex(), records.readableBytes());
    while (cursor.next()) {
      if (cursor.batch().baseOffset() < end) {
        return Appended.failed(Errors.OFFSET_OUT_OF_RANGE, "begins before " + end);
      }
      byte[] copy = new byte[cursor.batch().sizeBytes()];
      records.getBytes(cursor.position(), copy);
      bytes.put(cursor.batch().baseOffset(), copy);
      batches.put(cursor.batch().baseOffset(), LastBatch.of(Unpooled.wrappedBuffer(copy)));
      end = cursor.batch().nextOffset();
    }
    return Appended.at(fetchOffset, end, -1, false);
  }

  @Override
  public boolean endMirrorAt(long offset, String source) {
    boolean within = start < end && offset >= start && offset <= end;
    batches.tailMap(within ? offset : Long.MIN_VALUE, true).clear();
    bytes.tailMap(within ? offset : Long.MIN_VALUE, true).clear();
    start = within ? start : offset;
    end = offset;
    return true;
  }

  @Override
  public void advanceMirrorStart(long offset, String source) {
    start = Math.max(start, offset);
  }

  @Override
  public LogSlice read(long offset, int maxBytes, long endOffset, boolean atLeastOne) {
    Map.Entry<Long, byte[]> found = bytes.floorEntry(offset);
    return new LogSlice(new BufferRecords(Unpooled.wrappedBuffer(found.getValue())), found.getKey());
  }

  @Override
  public String mirrorSource() {
    return null;
  }

  @Override
  public TopicIdPartition id() {
    return id;
  }

  @Override
  public LeaderEpoch leaderEpoch() {
    return new LeaderEpoch(1);
  }

  @Override
  public long logStartOffset() {
    return start;
  }

  @Override
  public long highWatermark() {
    return end;
  }

  @Override
  public long logEndOffset() {
    return end;
  }

  @Override
  public long lastStableOffset() {
    return end;
  }

  @Override
  public Appended append(ByteBuf records, PartitionLog.Origin origin) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean whenResumed(Runnable task) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean cancelResume(Runnable task) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void whenCommitted(long nextOffset, int timeoutMs, Consumer<Errors> done) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isHot(long offset) {
    return true;
  }

  @Override
  public List<PartitionLog.AbortedTransaction> abortedTransactions(long fromOffset, long toOffset) {
    throw new UnsupportedOperationException();
  }

  @Override
  public PartitionLog.FoundOffset findByTimestamp(long timestamp) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long nextSegment(long offset) {
    throw new UnsupportedOperationException();
  }
}
