package io.margay.coordinator;

import io.margay.protocol.ByteBufChannel;
import io.margay.protocol.Errors;
import io.margay.protocol.Records;
import io.margay.protocol.record.CompressionType;
import io.margay.protocol.record.ControlRecordType;
import io.margay.protocol.record.ControlRecords;
import io.margay.protocol.record.CorruptRecordException;
import io.margay.protocol.record.Record;
import io.margay.protocol.record.RecordBatch;
import io.margay.protocol.record.RecordBatchBuilder;
import io.margay.protocol.record.RecordBatchFormat;
import io.margay.protocol.record.RecordReader;
import io.margay.spi.log.LogSuspendedException;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.partition.LeaderPartition;
import io.margay.spi.partition.MarkerWriter;
import io.margay.spi.storage.LogSlice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@link PartitionWriter} of a partition that this broker leads.
 *
 * <p>A record that cannot be replayed, because it is damaged, unpacks to too much, or is none of the coordinator's, is skipped, and
 * logged once with its offset: one bad record must not keep all others from being served. After a batch whose header is damaged, the
 * next one with a right checksum is looked for; if there is none, the rest of the segment is skipped, as compaction does.
 */
public final class LeaderPartitionWriter implements PartitionWriter {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderPartitionWriter.class);
  /** A batch of this topic that unpacks to more was not written by a coordinator. */
  private static final long MAX_DECOMPRESSED_BYTES = 16L << 20;

  /** What a load has skipped. */
  private static final class Skipped {
    private int count;
    private long firstOffset;
    private String firstCause;

    void add(long offset, Exception cause) {
      if (count++ == 0) {
        firstOffset = offset;
        firstCause = cause.toString();
      }
    }
  }

  private final LeaderPartition partition;
  private final CompressionType compression;
  private final int loadBytes;

  /**
   * @param partition the partition
   * @param compression of the batches that are appended
   * @param loadBytes how many bytes are read at a time when loading
   */
  public LeaderPartitionWriter(LeaderPartition partition, CompressionType compression, int loadBytes) {
    this.partition = partition;
    this.compression = compression;
    this.loadBytes = loadBytes;
  }

  @Override
  public boolean isEmpty() {
    return partition.logEndOffset() == partition.logStartOffset();
  }

  @Override
  public Appended append(List<CoordinatorRecord> records, long nowMs) {
    return append(records, null, nowMs);
  }

  @Override
  public Appended append(List<CoordinatorRecord> records, TransactionStep.Part producer, long nowMs) {
    try (RecordBatchBuilder builder = new RecordBatchBuilder(PooledByteBufAllocator.DEFAULT)) {
      builder.compression(compression);
      if (producer != null) {
        builder.producer(producer.producerId(), producer.producerEpoch(), RecordBatchFormat.NO_SEQUENCE).transactional(true);
      }
      for (CoordinatorRecord r : records) {
        builder.append(nowMs, r.key(), r.value(), List.of());
      }
      return append(builder.build(), PartitionLog.Origin.COORDINATOR);
    }
  }

  @Override
  public Appended append(MarkerWriter.Marker marker, long nowMs) {
    return append(ControlRecords.buildEndTransaction(PooledByteBufAllocator.DEFAULT, 0, nowMs, 0, marker.producerId(),
        marker.producerEpoch(), new ControlRecords.EndTransactionMarker(
            marker.committed() ? ControlRecordType.COMMIT : ControlRecordType.ABORT, marker.coordinatorEpoch())), marker.origin());
  }

  private Appended append(ByteBuf batch, PartitionLog.Origin origin) {
    try {
      PartitionLog.Appended done = partition.append(batch, origin);
      return done == PartitionLog.Appended.SUSPENDED ? Appended.SUSPENDED : new Appended(done.error(), done.nextOffset());
    } finally {
      batch.release();
    }
  }

  @Override
  public boolean whenResumed(Runnable task) {
    return partition.whenResumed(task);
  }

  @Override
  public void cancelResume(Runnable task) {
    partition.cancelResume(task);
  }

  @Override
  public void whenCommitted(long nextOffset, int timeoutMs, Consumer<Errors> done) {
    partition.whenCommitted(nextOffset, timeoutMs, done);
  }

  @Override
  public long load(ShardState state) throws IOException {
    long offset = partition.logStartOffset();
    long end = partition.logEndOffset();
    Skipped skipped = new Skipped();
    WholeResults whole = new WholeResults(state);
    while (offset < end) {
      LogSlice slice;
      try {
        slice = partition.read(offset, loadBytes, end, true);
      } catch (CorruptRecordException e) {
        skipped.add(offset, e);
        offset = nextSegment(offset, end);
        continue;
      }
      ByteBuf bytes = null;
      try {
        if (slice.records().sizeBytes() == 0) {
          break;
        }
        bytes = bytesOf(slice.records());
        long next = replay(bytes, offset, end, whole, skipped);
        offset = next < 0 ? nextSegment(offset, end) : next;
      } finally {
        if (bytes != null) {
          bytes.release();
        }
        slice.records().release();
      }
    }
    if (skipped.count > 0) {
      LOG.error("Skipped records that cannot be read. topic={} partition={} firstOffset={} count={} cause={}",
          partition.id().topic(), partition.id().partition(), skipped.firstOffset, skipped.count, skipped.firstCause);
    }
    if (!whole.open()) {
      return end;
    }
    // its coordinator went before it could end it
    Appended done = append(AtomicParts.marker(false), System.currentTimeMillis());
    if (done == Appended.SUSPENDED) {
      throw new LogSuspendedException("cannot end a result that was not written to its end in " + partition.id());
    }
    if (done.error() != Errors.NONE) {
      throw new IOException("cannot end a result that was not written to its end in " + partition.id() + ": " + done.error());
    }
    return done.nextOffset();
  }

  private long nextSegment(long offset, long end) {
    long next = partition.nextSegment(offset);
    return next < 0 ? end : next;
  }

  private static ByteBuf bytesOf(Records records) throws IOException {
    ByteBuf in = records.bufferOrNull();
    if (in != null) {
      return in.retainedSlice();
    }
    ByteBuf out = Unpooled.buffer(records.sizeBytes());
    ByteBufChannel.transfer(records, out);
    return out;
  }

  /** Returns the offset after the last batch, or -1 when the rest of its segment cannot be read. */
  private static long replay(ByteBuf bytes, long from, long end, WholeResults state, Skipped skipped) {
    long next = from;
    WholeBatches batches = new WholeBatches(bytes);
    while (batches.next()) {
      RecordBatch batch = batches.batch();
      if (batches.unreadableBefore()) {
        skipped.add(next, new CorruptRecordException("the header of a batch is damaged"));
      }
      if (batch.isCrcValid()) {
        next = batch.nextOffset();
        replay(batch, from, state, skipped);
      } else {
        // Nothing that it says is certain, but what follows says more.
        skipped.add(next, new CorruptRecordException("the checksum of the batch is wrong"));
        next = Math.min(Math.max(next, batch.nextOffset()), end);
      }
    }
    if (batches.unreadableBefore()) {
      skipped.add(next, new CorruptRecordException("the header of a batch is damaged"));
    }
    return batches.unreadableBefore() || next <= from ? -1 : next;
  }

  private static void replay(RecordBatch batch, long from, WholeResults state, Skipped skipped) {
    long offset = batch.baseOffset();
    try (RecordReader reader = RecordReader.open(batch, MAX_DECOMPRESSED_BYTES)) {
      while (reader.hasNext()) {
        Record record = reader.next();
        offset = record.offset();
        if (offset >= from && record.hasKey()) {
          replay(batch, record, state, skipped);
        }
      }
    } catch (RuntimeException e) {
      // the rest of the batch cannot be read
      skipped.add(offset, e);
    }
  }

  private static void replay(RecordBatch batch, Record record, WholeResults state, Skipped skipped) {
    try {
      if (!batch.isControl()) {
        long producer = batch.isTransactional() ? batch.producerId() : ShardState.NO_PRODUCER_ID;
        state.replaysFrom(record.offset());
        state.replay(producer, new CoordinatorRecord(record.keyBytes(), record.hasValue() ? record.valueBytes() : null));
        return;
      }
      ControlRecordType type = ControlRecordType.forId(record.key().getShort(record.key().readerIndex() + 2));
      if (type == ControlRecordType.COMMIT || type == ControlRecordType.ABORT) {
        state.replayMarker(batch.producerId(), type == ControlRecordType.COMMIT);
      }
    } catch (RuntimeException e) {
      skipped.add(record.offset(), e);
    }
  }
}
