package io.margay.protocol.record;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Reads the records of one batch in order. A compressed batch is decompressed as a stream while records are asked for, never
 * as a whole. Must be closed, because codecs hold native memory. One thread at a time.
 *
 * <p>Memory is bounded: an announced size is checked against what is left of the allowance, and memory for a record grows only
 * as its bytes come out of the stream. The checksum is not verified here.
 */
public final class RecordReader implements Iterator<Record>, AutoCloseable {
  private static final int FIRST_PORTION = 8 * 1024;

  private final long baseOffset;
  private final long baseTimestamp;
  private final long logAppendTime;
  private final boolean appendTime;
  private final int baseSequence;
  private final int lastOffsetDelta;
  private final int count;
  private final boolean skipKeyValue;
  private final ByteBuf batchBuf;
  private final int recordsIndex;
  private final RecordWalker walker = new RecordWalker();
  private final RecordSource source = new RecordSource();
  /** One record of a compressed batch. */
  private final RecordSource single = new RecordSource();
  private final int maxRecordBytes;
  /** What this reader decompresses with; null when the batch is not compressed, or when the caller owns the scratch. */
  private final RecordScratch ownScratch;
  private int read;
  private int previousDelta = -1;
  private boolean closed;

  private RecordReader(RecordBatch batch, long maxDecompressedBytes, boolean skipKeyValue, RecordScratch scratch) {
    if (batch.magic() != RecordBatchFormat.MAGIC_V2) {
      throw new InvalidRecordBatchException(InvalidRecordBatchException.Reason.UNSUPPORTED_FOR_MESSAGE_FORMAT,
          "batch magic is " + batch.magic() + ", expected 2");
    }
    this.batchBuf = batch.buffer();
    this.recordsIndex = batch.recordsIndex();
    int size = batch.recordsSizeBytes();
    if (size < 0 || size > batchBuf.capacity() - recordsIndex) {
      throw new CorruptRecordException("batch of " + batch.sizeBytes() + " bytes does not fit its buffer");
    }
    this.count = batch.recordCount();
    if (count < 0) {
      throw new CorruptRecordException("record count is " + count + ", expected at least 0");
    }
    this.baseOffset = batch.baseOffset();
    this.baseTimestamp = batch.baseTimestamp();
    this.logAppendTime = batch.maxTimestamp();
    this.appendTime = batch.timestampType() == TimestampType.LOG_APPEND_TIME;
    this.baseSequence = batch.baseSequence();
    this.lastOffsetDelta = batch.lastOffsetDelta();
    this.skipKeyValue = skipKeyValue;
    CompressionType compression = batch.compression();
    // A batch that compaction emptied has no compressed frame either.
    boolean compressed = compression != CompressionType.NONE && !(size == 0 && count == 0);
    this.maxRecordBytes = compressed ? (int) Math.min(Integer.MAX_VALUE, maxDecompressedBytes) : size;
    this.ownScratch = compressed && scratch == null ? new RecordScratch(ByteBufAllocator.DEFAULT) : null;
    ByteBuffer bytes = RecordSource.view(batchBuf, recordsIndex, size, true);
    if (!compressed) {
      source.wrap(bytes);
      return;
    }
    try {
      RecordScratch used = scratch == null ? ownScratch : scratch;
      source.decode(used.open(compression, bytes, maxDecompressedBytes), maxDecompressedBytes);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Starts to read a batch, which must be within the buffer.
   *
   * @param batch the view may be wrapped elsewhere afterwards; the buffer must stay alive until the reader and all
   *     records of an uncompressed batch are out of use
   * @param maxDecompressedBytes most bytes to which the records may decompress; without effect on uncompressed batches
   * @throws CorruptRecordException if the batch cannot be read
   * @throws InvalidRecordBatchException if magic or compression type are not supported
   */
  public static RecordReader open(RecordBatch batch, long maxDecompressedBytes) {
    return new RecordReader(batch, maxDecompressedBytes, false, null);
  }

  /**
   * As {@link #open(RecordBatch, long)}, for callers that read many batches.
   *
   * @param scratch for this reader alone until it is closed
   */
  public static RecordReader open(RecordBatch batch, long maxDecompressedBytes, RecordScratch scratch) {
    return new RecordReader(batch, maxDecompressedBytes, false, scratch);
  }

  /** As {@link #open}, but the records show offsets, timestamps and sizes only, and contents are skipped. */
  public static RecordReader openSkippingKeyValue(RecordBatch batch, long maxDecompressedBytes) {
    return new RecordReader(batch, maxDecompressedBytes, true, null);
  }

  /** True if the header of the batch announces another record. */
  @Override
  public boolean hasNext() {
    return read < count;
  }

  /**
   * The next record.
   *
   * @throws CorruptRecordException if it is broken, if its offset is not above that of the one before or beyond the batch, if
   *     the allowance is used up, or if bytes follow the last record
   */
  @Override
  public Record next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the batch has " + count + " records");
    }
    if (closed) {
      throw new IllegalStateException("the reader is closed");
    }
    Record record = source.isCompressed() ? readStreamed() : readBuffered();
    if (walker.offsetDelta <= previousDelta || walker.offsetDelta > lastOffsetDelta) {
      throw new CorruptRecordException("offset delta of the record is " + walker.offsetDelta + ", expected more than "
          + previousDelta + " and at most " + lastOffsetDelta, read, null);
    }
    previousDelta = walker.offsetDelta;
    read++;
    if (read == count && !source.isExhausted()) {
      throw new CorruptRecordException("bytes follow the last of " + count + " records");
    }
    return record;
  }

  private Record readBuffered() {
    walker.walk(source, maxRecordBytes);
    return record(skipKeyValue ? null : batchBuf, recordsIndex);
  }

  private Record readStreamed() {
    if (skipKeyValue) {
      walker.walk(source, maxRecordBytes);
      return record(null, 0);
    }
    int size = RecordWalker.readSize(source, maxRecordBytes);
    byte[] bytes = readBytes(size);
    walker.walkBody(single.wrap(ByteBuffer.wrap(bytes)), size);
    return record(Unpooled.wrappedBuffer(bytes), 0);
  }

  /** The next bytes as a new array. It grows with what has arrived, so an announced size alone costs nothing. */
  private byte[] readBytes(int size) {
    byte[] bytes = new byte[Math.min(size, FIRST_PORTION)];
    source.readBytes(bytes, 0, bytes.length);
    while (bytes.length < size) {
      int done = bytes.length;
      bytes = Arrays.copyOf(bytes, (int) Math.min(size, done * 4L));
      source.readBytes(bytes, done, bytes.length - done);
    }
    return bytes;
  }

  private Record record(ByteBuf content, int contentIndex) {
    long timestamp = appendTime ? logAppendTime : baseTimestamp + walker.timestampDelta;
    int sequence = baseSequence == RecordBatchFormat.NO_SEQUENCE ? RecordBatchFormat.NO_SEQUENCE
        : RecordBatchFormat.incrementSequence(baseSequence, walker.offsetDelta);
    return new Record(baseOffset + walker.offsetDelta, timestamp, sequence, walker, content, contentIndex);
  }

  /** Frees the decompressor. May be called more than once. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      source.close();
      if (ownScratch != null) {
        ownScratch.close();
      }
    }
  }
}
