package io.margay.protocol.record;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Consecutive Zstandard frames, through the library's stream. It decodes windows of up to 128 MiB, which level 22 writes, because a
 * lower bound would refuse valid producers. A large window is reserved but touched only as far as bytes are decompressed, and freed
 * after the batch.
 */
final class ZstdDecoder extends BlockDecoder {
  private static final int MAGIC = 0xFD2FB528;
  private static final int SINGLE_SEGMENT = 0x20;
  /** The window of level 19; contexts that saw a larger one are not kept. */
  private static final int KEPT_WINDOW_LOG = 23;

  private ZstdDecompressCtx context;
  private boolean frameFinished;
  private boolean largeWindow;

  @Override
  protected void begin() {
    in.order(ByteOrder.LITTLE_ENDIAN);
    frameFinished = true;
    if (context == null) {
      context = new ZstdDecompressCtx();
    } else {
      context.reset();
    }
  }

  @Override
  boolean next() {
    while (in.hasRemaining() || !frameFinished) {
      if (frameFinished) {
        noteWindow();
      }
      ByteBuffer out = scratch.out(1);
      int at = in.position();
      try {
        frameFinished = context.decompressDirectByteBufferStream(out, in);
      } catch (ZstdException e) {
        throw new CorruptRecordException("zstd data cannot be decompressed", e);
      }
      int count = out.position();
      if (count > 0) {
        return provide(out, 0, count);
      }
      if (in.position() == at && !frameFinished) {
        throw new CorruptRecordException("zstd data is cut off");
      }
    }
    return false;
  }

  /** The window that the frame at the position announces (RFC 8878, section 3.1.1.1). */
  private void noteWindow() {
    int at = in.position();
    if (in.remaining() < 6 || in.getInt(at) != MAGIC) {
      return;
    }
    // A single segment announces its size in place of a window; it counts as large when the size takes four bytes or more.
    int descriptor = in.get(at + 4) & 0xff;
    boolean single = (descriptor & SINGLE_SEGMENT) != 0;
    largeWindow |= single ? descriptor >>> 6 >= 2 : 10 + ((in.get(at + 5) & 0xff) >>> 3) > KEPT_WINDOW_LOG;
  }

  @Override
  protected void end() {
    if (largeWindow) {
      largeWindow = false;
      close();
    }
  }

  @Override
  void close() {
    if (context != null) {
      context.close();
      context = null;
    }
  }
}
