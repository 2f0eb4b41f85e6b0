package io.margay.protocol.record;

import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Zstandard streams. Buffers come from the library's pool, which is safe for threads. */
final class ZstdStreams {
  /**
   * Largest window, as a power of two, that is decoded. Level 22 writes windows of 128 MiB, so a lower bound would refuse
   * valid producers; the memory is reserved but only touched as far as decompressed bytes are written to it.
   */
  private static final int MAX_WINDOW_LOG = 27;

  private ZstdStreams() {
  }

  static InputStream input(InputStream in) throws IOException {
    ZstdInputStreamNoFinalizer stream = new ZstdInputStreamNoFinalizer(in, RecyclingBufferPool.INSTANCE);
    stream.setLongMax(MAX_WINDOW_LOG);
    return stream;
  }

  static OutputStream output(OutputStream out, int level) throws IOException {
    return new ZstdOutputStreamNoFinalizer(out, RecyclingBufferPool.INSTANCE, level);
  }
}
