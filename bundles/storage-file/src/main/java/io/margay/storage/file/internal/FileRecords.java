package io.margay.storage.file.internal;

import io.margay.protocol.Records;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;

/** Batches in a segment file. Holds the file open until it is released. */
final class FileRecords implements Records {
  private final FileHandle handle;
  private final int position;
  private final int sizeBytes;

  /** @param handle one use of it is taken over */
  FileRecords(FileHandle handle, int position, int sizeBytes) {
    this.handle = handle;
    this.position = position;
    this.sizeBytes = sizeBytes;
  }

  @Override
  public int sizeBytes() {
    return sizeBytes;
  }

  @Override
  public long transferTo(WritableByteChannel target, long from, long length) throws IOException {
    Objects.checkFromIndexSize(from, length, (long) sizeBytes);
    FileChannel channel = handle.channel();
    long count = channel.transferTo(position + from, length, target);
    if (count == 0 && length > 0 && channel.size() < position + from + length) {
      // Without this check the caller would retry for ever.
      throw new IOException("a segment file ends at " + channel.size() + " before the batches at " + position + " with "
          + sizeBytes + " bytes");
    }
    return count;
  }

  @Override
  public FileChannel fileOrNull() {
    return handle.channel();
  }

  @Override
  public long filePosition() {
    return position;
  }

  @Override
  public void release() {
    handle.release();
  }

  @Override
  public String toString() {
    return "records[" + sizeBytes + " in a file at " + position + "]";
  }
}
