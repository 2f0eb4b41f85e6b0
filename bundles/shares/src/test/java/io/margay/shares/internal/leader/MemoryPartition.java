package io.margay.shares.internal.leader;

import io.margay.model.LeaderEpoch;
import io.margay.model.TopicIdPartition;
import io.margay.model.TopicPartition;
import io.margay.protocol.BufferRecords;
import io.margay.protocol.Errors;
import io.margay.protocol.Records;
import io.margay.protocol.record.RecordBatchBuilder;
import io.margay.spi.log.LogSuspendedException;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.partition.LeaderPartition;
import io.margay.spi.storage.LogSlice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;

/** A partition that this broker leads, in memory. Single batches can be compacted away. */
public final class MemoryPartition implements LeaderPartition {
  private record Waiting(long nextOffset, Consumer<Errors> done) { }

  private final TopicIdPartition id;
  private final TreeMap<Long, byte[]> batches = new TreeMap<>();
  private final TreeMap<Long, Long> nextOffsets = new TreeMap<>();
  private final List<Waiting> waiting = new ArrayList<>();
  private long end;
  private long start;
  public final List<PartitionLog.AbortedTransaction> aborted = new ArrayList<>();
  public int epoch = 3;
  public boolean hot = true;
  /** Whether records are not in memory when they are read. */
  public boolean onDisk;
  public long lastStable = Long.MAX_VALUE;
  public long foundByTime = -1;
  public boolean suspended;
  /** How often it was read. */
  public int reads;
  /** Which read fails, counted from 1; 0 for none. */
  public int brokenRead;
  /** Whether what is read cannot be brought into memory. */
  public boolean brokenDisk;
  /** How many records that are not in memory are held. */
  public int held;
  private final List<Runnable> resumptions = new ArrayList<>();

  /** @param topicId id of topic t */
  public MemoryPartition(UUID topicId) {
    this(topicId, 0);
  }

  /** Another partition of topic t. */
  public MemoryPartition(UUID topicId, int partition) {
    id = new TopicIdPartition(topicId, new TopicPartition("t", partition));
  }

  /** Appends a batch of so many records, and commits it. */
  public void append(int records) {
    append(records, -1, false);
  }

  /** Appends a batch of a producer's transaction, or its marker. */
  public void append(int records, long producerId, boolean control) {
    try (RecordBatchBuilder builder = new RecordBatchBuilder(UnpooledByteBufAllocator.DEFAULT)) {
      builder.baseOffset(end);
      if (producerId >= 0) {
        builder.producer(producerId, (short) 0, control ? -1 : 0).transactional(true).control(control);
      }
      for (int i = 0; i < records; i++) {
        builder.append(1, new byte[] {0, 0, 0, 0}, ("v" + (end + i)).getBytes(), List.of());
      }
      ByteBuf built = builder.build();
      batches.put(end, ByteBufUtil.getBytes(built));
      built.release();
    }
    nextOffsets.put(end, end + records);
    end += records;
    commit();
  }

  private void commit() {
    List<Waiting> due = waiting.stream().filter(w -> w.nextOffset <= end).toList();
    waiting.removeAll(due);
    due.forEach(w -> w.done.accept(Errors.NONE));
  }

  /** Compaction removes a batch. */
  public void remove(long baseOffset) {
    batches.remove(baseOffset);
    nextOffsets.remove(baseOffset);
  }

  /** DeleteRecords moves the start. */
  public void startAt(long offset) {
    start = offset;
  }

  @Override
  public TopicIdPartition id() {
    return id;
  }

  @Override
  public LeaderEpoch leaderEpoch() {
    return new LeaderEpoch(epoch);
  }

  @Override
  public LogSlice read(long offset, int maxBytes, long endOffset, boolean atLeastOne) throws IOException {
    if (suspended) {
      throw new LogSuspendedException("suspended");
    }
    reads++;
    if (reads == brokenRead) {
      throw new IOException("broken");
    }
    if (offset < start || offset > end) {
      throw new IndexOutOfBoundsException("offset " + offset);
    }
    ByteBuf all = Unpooled.buffer();
    Long first = batches.floorKey(offset);
    long from = first != null && nextOffsets.get(first) > offset ? first : offset;
    for (Map.Entry<Long, byte[]> b : batches.tailMap(from, true).entrySet()) {
      if (b.getKey() >= endOffset || all.readableBytes() > 0 && all.readableBytes() + b.getValue().length > maxBytes) {
        break;
      }
      all.writeBytes(b.getValue());
    }
    BufferRecords records = new BufferRecords(all);
    return new LogSlice(onDisk ? new OnDisk(records) : records, from);
  }

  /** Records of which there is no buffer. */
  private final class OnDisk implements Records {
    private final Records records;

    OnDisk(Records records) {
      this.records = records;
      held++;
    }

    @Override
    public int sizeBytes() {
      return records.sizeBytes();
    }

    @Override
    public ByteBuf bufferOrNull() {
      return null;
    }

    @Override
    public long transferTo(WritableByteChannel target, long position, long length) throws IOException {
      if (brokenDisk) {
        throw new IOException("broken");
      }
      return records.transferTo(target, position, length);
    }

    @Override
    public void release() {
      held--;
      records.release();
    }
  }

  @Override
  public boolean isHot(long offset) {
    return hot;
  }

  @Override
  public List<PartitionLog.AbortedTransaction> abortedTransactions(long fromOffset, long toOffset) {
    return aborted;
  }

  @Override
  public PartitionLog.FoundOffset findByTimestamp(long timestamp) {
    return foundByTime < 0 ? null : new PartitionLog.FoundOffset(foundByTime, timestamp, 0);
  }

  @Override
  public void whenCommitted(long nextOffset, int timeoutMs, Consumer<Errors> done) {
    if (end >= nextOffset) {
      done.accept(Errors.NONE);
    } else {
      waiting.add(new Waiting(nextOffset, done));
    }
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
    return Math.min(end, lastStable);
  }

  @Override
  public PartitionLog.Appended append(ByteBuf records, PartitionLog.Origin origin) {
    throw new UnsupportedOperationException();
  }

  @Override
  public PartitionLog.Appended appendMirrored(ByteBuf records, long fetchOffset, String source) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean endMirrorAt(long offset, String source) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void advanceMirrorStart(long offset, String source) {
    throw new UnsupportedOperationException();
  }

  @Override
  public String mirrorSource() {
    return null;
  }

  @Override
  public boolean whenResumed(Runnable task) {
    return suspended && resumptions.add(task);
  }

  /** How many wait until it goes on. */
  public int waitingForResumption() {
    return resumptions.size();
  }

  /** It goes on. */
  public void resume() {
    suspended = false;
    resumptions.forEach(Runnable::run);
    resumptions.clear();
  }

  @Override
  public boolean cancelResume(Runnable task) {
    return false;
  }

  @Override
  public long nextSegment(long offset) {
    throw new UnsupportedOperationException();
  }
}
