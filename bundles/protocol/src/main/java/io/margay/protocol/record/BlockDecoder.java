package io.margay.protocol.record;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Decompresses the records of one batch, block by block, from and to direct memory. Owned by a {@link RecordScratch}; reusable.
 * Data that breaks the format raises {@link CorruptRecordException}, and nothing else.
 *
 * <pre>
 * start, then next until it returns false; after each next, the bytes are in block, from "from" to "to"
 * </pre>
 */
abstract class BlockDecoder {
  /** Holds the current bytes: the scratch, or the compressed data where it stores them uncompressed. */
  protected ByteBuffer block;
  protected int from;
  protected int to;

  protected RecordScratch scratch;
  /** The compressed bytes from position to limit. */
  protected ByteBuffer in;
  /** Most bytes that a block may announce. */
  protected long maxBytes;

  final void start(RecordScratch owner, ByteBuffer compressed, long limitBytes) {
    scratch = owner;
    in = compressed;
    maxBytes = limitBytes;
    from = 0;
    to = 0;
    begin();
  }

  /** Forgets the batch, so that its buffer is not held. */
  final void finish() {
    in.order(ByteOrder.BIG_ENDIAN);
    in = null;
    block = null;
    end();
  }

  /** Reads what stands before the first block. */
  protected abstract void begin();

  /** Moves to the next bytes, of which there is at least one. Returns false when there are none. */
  abstract boolean next();

  /** The batch is done, or given up. */
  protected void end() { }

  /** Frees native memory. */
  void close() { }

  protected final boolean provide(ByteBuffer bytes, int start, int end) {
    block = bytes;
    from = start;
    to = end;
    return true;
  }

  /** @param what names the missing part */
  protected final void require(int bytes, String what) {
    if (in.remaining() < bytes) {
      throw new CorruptRecordException("compressed records are cut off before the " + what);
    }
  }
}
