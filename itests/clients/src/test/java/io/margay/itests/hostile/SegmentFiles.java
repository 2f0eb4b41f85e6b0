package io.margay.itests.hostile;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.ApiKeys;

/** Writes the files of a partition's log while no broker has it open: Kafka's layout, which is known to all. */
final class SegmentFiles {
  static final long FIRST_TIMESTAMP = System.currentTimeMillis() - 3_600_000;
  private static final int SEGMENT_BYTES = 1 << 30;
  private static final int BATCH_BYTES = 4096;
  private static final int BATCHES = SEGMENT_BYTES / BATCH_BYTES;

  private SegmentFiles() { }

  static void clear(Path dir) throws IOException {
    try (Stream<Path> all = Files.list(dir)) {
      for (Path file : all.filter(f -> f.getFileName().toString().matches("\\d{20}\\..*")).toList()) {
        Files.delete(file);
      }
    }
  }

  private static Path file(Path dir, long base, String suffix) {
    return dir.resolve("%020d.%s".formatted(base, suffix));
  }

  /** A segment with these batches, whose indexes the broker makes itself. */
  static void closed(Path dir, long base, byte[]... batches) throws IOException {
    try (FileChannel out = FileChannel.open(file(dir, base, "log"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (byte[] b : batches) {
        out.write(ByteBuffer.wrap(b));
      }
    }
  }

  /**
   * Segments of 1 GiB of which only the first and the last batch are there, with the indexes that batches of 4 KiB would have made
   * (links to the same two files: the numbers in them are relative), and an active segment with one batch.
   */
  static void write(Path dir, int segments) throws IOException {
    clear(dir);
    Path index = Files.createTempFile(dir.getParent().getParent(), "index", "");
    Path times = Files.createTempFile(dir.getParent().getParent(), "times", "");
    ByteBuffer i = ByteBuffer.allocate((BATCHES - 1) * 8);
    ByteBuffer t = ByteBuffer.allocate((BATCHES - 1) * 12);
    for (int n = 1; n < BATCHES; n++) {
      i.putInt(n).putInt(n * BATCH_BYTES);
      t.putLong(FIRST_TIMESTAMP + n).putInt(n);
    }
    Files.write(index, i.array());
    Files.write(times, t.array());
    byte[] batch = Batches.plain("k", "v".repeat(BATCH_BYTES - 61 - 10), -1);
    byte[] sized = batch.length == BATCH_BYTES ? batch : Batches.plain("k", "v".repeat(2 * BATCH_BYTES - 71 - batch.length), -1);
    for (int s = 0; s < segments; s++) {
      long base = (long) s * BATCHES;
      try (FileChannel out = FileChannel.open(file(dir, base, "log"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        out.write(ByteBuffer.wrap(Batches.at(sized, base)), 0);
        out.write(ByteBuffer.wrap(Batches.at(sized, base + BATCHES - 1)), SEGMENT_BYTES - sized.length);
      }
      Files.createLink(file(dir, base, "index"), index);
      Files.createLink(file(dir, base, "timeindex"), times);
    }
    closed(dir, (long) segments * BATCHES, Batches.at(sized, (long) segments * BATCHES));
    Files.delete(index);
    Files.delete(times);
  }

  static long count(Path dir) throws IOException {
    try (Stream<Path> all = Files.list(dir)) {
      return all.filter(f -> f.toString().endsWith(".log")).count();
    }
  }

  /** The bytes of all segments. */
  static long bytes(Path dir) throws IOException {
    try (Stream<Path> all = Files.list(dir)) {
      return all.map(Path::toFile).filter(f -> f.getName().endsWith(".log")).mapToLong(java.io.File::length).sum();
    }
  }

  /** Appends batches of one record to the last segment. */
  static void append(Path dir, List<byte[]> batches) throws IOException {
    List<Path> logs;
    try (Stream<Path> all = Files.list(dir)) {
      logs = new ArrayList<>(all.filter(f -> f.toString().endsWith(".log")).sorted().toList());
    }
    Path last = logs.get(logs.size() - 1);
    ByteBuffer there = ByteBuffer.wrap(Files.readAllBytes(last));
    long next = Long.parseLong(last.getFileName().toString().substring(0, 20));
    while (there.remaining() > 61) {
      int at = there.position();
      next = there.getLong(at) + there.getInt(at + 23) + 1;
      there.position(at + 12 + there.getInt(at + 8));
    }
    for (byte[] b : batches) {
      Files.write(last, Batches.at(b, next++), StandardOpenOption.APPEND);
    }
  }

  static byte[] listOffsets(String topic, long timestamp) {
    return Wire.frame(ApiKeys.LIST_OFFSETS, 5, out -> {
      out.writeInt(-1);
      out.writeByte(0);
      out.writeInt(1);
      out.writeUTF(topic);
      out.writeInt(1);
      out.writeInt(0);
      out.writeInt(-1);
      out.writeLong(timestamp);
    });
  }
}
