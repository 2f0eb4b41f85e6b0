package io.margay.protocol;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;

/**
 * Zero or more record batches as they are sent over the wire: in a buffer, in a file, or elsewhere. The bytes do not change while
 * this is held.
 *
 * <p>Ownership: there is one holder at a time, and the holder calls {@link #release()} exactly once. Passing the records to a
 * message that is going to be written, and so to the {@link MessageWriter}, passes on this duty. Records in a file keep the file
 * open (and its bytes readable, even when the segment is deleted) until they are released. Records that a {@link MessageReader}
 * returns are views of its buffer: releasing them does nothing, and they are valid as long as the buffer.
 *
 * <p>Threads: one at a time.
 */
public interface Records {
  /** No records: zero bytes; release does nothing. */
  Records EMPTY = new EmptyRecords();

  /** The number of bytes; at least 0. */
  int sizeBytes();

  /**
   * The bytes as the readable part of a buffer, if they are in one, else null. The buffer is not retained for the caller: it is
   * valid until {@link #release()}. Its indexes belong to the caller if it is a slice made for this call, which it always is.
   */
  default ByteBuf bufferOrNull() {
    return null;
  }

  /**
   * Writes {@code length} bytes from {@code position} on, both in [0, {@link #sizeBytes()}], to {@code target}.
   *
   * @return how many were written; fewer than {@code length}, possibly 0, when a non-blocking target takes no more
   * @throws IOException if the source cannot be read or the target not be written
   */
  long transferTo(WritableByteChannel target, long position, long length) throws IOException;

  /**
   * The file that holds the bytes contiguously, from {@link #filePosition()} on, or null. It stays open until
   * {@link #release()}; the caller never closes it and does not move its position.
   */
  default FileChannel fileOrNull() {
    return null;
  }

  /** Where the bytes start in {@link #fileOrNull()}; 0 when there is no file. */
  default long filePosition() {
    return 0;
  }

  /** Gives back what holds the bytes. Called once, by the holder; afterwards no other method may be called. */
  void release();
}
