package io.margay.consensus.ratis.internal;

import io.margay.model.DurableFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The state of the machine in a file of a snapshot:
 *
 * <pre>
 * format = 2 (int8) | founded (int8) | base (int64) | index (int64) | timestamp in ms (int64) | state
 * </pre>
 *
 * Ratis keeps a checksum beside the file.
 *
 * @param founded whether the cluster has its first state
 * @param base what is added to an index of Ratis to get that of a command
 * @param index the last index of Ratis that the state holds
 * @param timestampMs its time
 * @param state what the machine gave
 */
record SavedState(boolean founded, long base, long index, long timestampMs, byte[] state) {
  private static final byte FORMAT = 2;
  private static final int HEADER_BYTES = 26;

  /** Writes the file so that it is whole or not there, also after a crash of the machine. */
  void write(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + state.length);
    bytes.put(FORMAT).put((byte) (founded ? 1 : 0)).putLong(base).putLong(index).putLong(timestampMs).put(state).flip();
    DurableFiles.replace(file, true, bytes);
  }

  static SavedState read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    if (bytes.remaining() < HEADER_BYTES) {
      throw new IOException("the snapshot " + file + " has " + bytes.remaining() + " bytes, expected at least " + HEADER_BYTES);
    }
    byte format = bytes.get();
    if (format != FORMAT) {
      throw new IOException("the snapshot " + file + " has format " + format + ", expected " + FORMAT);
    }
    boolean founded = bytes.get() != 0;
    long base = bytes.getLong();
    long index = bytes.getLong();
    long timestampMs = bytes.getLong();
    byte[] state = new byte[bytes.remaining()];
    bytes.get(state);
    return new SavedState(founded, base, index, timestampMs, state);
  }
}
