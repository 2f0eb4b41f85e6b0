package io.margay.shares.internal.leader;

import io.margay.protocol.BufferRecords;
import io.margay.protocol.ByteBufChannel;
import io.margay.protocol.Records;
import io.margay.shares.internal.partition.ShareLimits;
import io.margay.spi.partition.LeaderPartition;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;

/** Reads what may be delivered from the log of one share partition. May wait for a disk. */
public final class LogSlices {
  private final LeaderPartition log;
  private final ShareLimits limits;

  LogSlices(LeaderPartition log, ShareLimits limits) {
    this.log = log;
    this.limits = limits;
  }

  /** Records, and their batches. */
  record Slice(Records records, BatchHeaders.Found found) { }

  /** Reads whole batches from an offset, up to a bound. */
  Slice read(long offset, long bound, Want want) throws IOException {
    Records records = log.read(offset, Math.max(0, want.maxBytes()), bound, true).records();
    try {
      BatchHeaders.Filter filter = limits.readCommitted()
          ? new AbortedTransactions(log.abortedTransactions(offset, bound)) : batch -> !batch.isControl();
      return new Slice(records, BatchHeaders.read(records, offset, want.maxRecords(), filter));
    } catch (IOException | RuntimeException | Error e) {
      records.release();
      throw e;
    }
  }

  /**
   * Records that are not in memory yet are copied here, so that the thread that sends them does not wait for a disk.
   *
   * @param records given back when they are copied
   * @return the same bytes, in memory
   */
  public static Records inMemory(Records records) throws IOException {
    if (records.bufferOrNull() != null) {
      return records;
    }
    ByteBuf buffer = PooledByteBufAllocator.DEFAULT.buffer(records.sizeBytes());
    try {
      ByteBufChannel.transfer(records, buffer);
      return new BufferRecords(buffer);
    } catch (IOException | RuntimeException | Error e) {
      buffer.release();
      throw e;
    } finally {
      records.release();
    }
  }
}
