package io.margay.consensus.local.internal;

import io.margay.model.DurableFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots of the state on disk, each named by the last index that it holds. The newest two are kept, so that a damaged
 * one costs nothing but a longer replay. For one thread at a time.
 *
 * <pre>
 * magic "MGYS" (4) | version = 1 (int32) | crc32c (int32, of what follows it) | index (int64) | timestampMs (int64) | state
 * </pre>
 */
final class Snapshots {
  /** How many are kept. */
  static final int KEPT = 2;
  static final String SUFFIX = ".snapshot";

  private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);
  private static final int MAGIC = 0x4d475953;
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 28;

  /**
   * A snapshot.
   *
   * @param index the last index that it holds
   * @param timestampMs the time of that entry
   * @param state the state
   */
  record Snapshot(long index, long timestampMs, byte[] state) { }

  private final Path directory;

  Snapshots(Path directory) {
    this.directory = directory;
  }

  /** The newest snapshot that can be read, or null. */
  Snapshot newest() throws IOException {
    List<Path> files = files();
    for (int i = files.size() - 1; i >= 0; i--) {
      Snapshot snapshot = read(files.get(i));
      if (snapshot != null) {
        return snapshot;
      }
      LOG.error("A metadata snapshot is damaged and put aside file={}", files.get(i));
      Files.move(files.get(i), files.get(i).resolveSibling(files.get(i).getFileName() + ".damaged"),
          StandardCopyOption.REPLACE_EXISTING);
    }
    return null;
  }

  /**
   * Writes a snapshot and deletes the ones that are not needed any more.
   *
   * @return the last index of the oldest snapshot that is kept: the journal must still reach back to it
   */
  long write(Snapshot snapshot) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).putInt(MAGIC).putInt(VERSION).putInt(0).putLong(snapshot.index())
        .putLong(snapshot.timestampMs());
    header.putInt(8, crc(header, snapshot.state())).flip();
    DurableFiles.replace(path(snapshot.index()), true, header, ByteBuffer.wrap(snapshot.state()));
    List<Path> files = new ArrayList<>(files());
    while (files.size() > KEPT) {
      Files.delete(files.remove(0));
    }
    // With a single snapshot the journal is kept from its beginning: were it damaged, all could still be replayed.
    return files.size() < KEPT ? -1 : NumberedFiles.numberOf(files.get(0), SUFFIX);
  }

  private Path path(long index) {
    return directory.resolve(String.format("%020d%s", index, SUFFIX));
  }

  private List<Path> files() throws IOException {
    return NumberedFiles.list(directory, f -> NumberedFiles.numberOf(f, SUFFIX) >= 0);
  }

  private static Snapshot read(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file));
    if (in.limit() < HEADER_BYTES || in.getInt(0) != MAGIC) {
      return null;
    }
    if (in.getInt(4) != VERSION) {
      throw new IOException("The snapshot " + file + " has format version " + in.getInt(4) + ", expected " + VERSION);
    }
    byte[] state = new byte[in.limit() - HEADER_BYTES];
    in.get(HEADER_BYTES, state);
    if (in.getInt(8) != crc(in, state) || in.getLong(12) != NumberedFiles.numberOf(file, SUFFIX)) {
      return null;
    }
    return new Snapshot(in.getLong(12), in.getLong(20), state);
  }

  private static int crc(ByteBuffer header, byte[] state) {
    CRC32C crc = new CRC32C();
    crc.update(header.duplicate().limit(HEADER_BYTES).position(12));
    crc.update(state);
    return (int) crc.getValue();
  }
}
