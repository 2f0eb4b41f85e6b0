package io.margay.storage.file.internal;

import static io.margay.protocol.record.RecordBatchFormat.HEADER_SIZE;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.Clock;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.SegmentInfo;
import io.margay.spi.storage.StoreConfig;
import io.margay.spi.storage.TestBatches;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A log of thousands of segments of 1 GiB, on a small heap. The segments are sparse files with a few batches; their indexes are
 * those that batches of 4 KiB would have made, one pair of files under many names.
 */
class ManySegmentsTest {
  static final int SEGMENTS = 5000;
  private static final int SEGMENT_BYTES = 1 << 30;
  private static final int STEP_BYTES = 4096;
  private static final int ENTRIES = SEGMENT_BYTES / STEP_BYTES - 1;

  @TempDir
  private Path home;

  @Test
  void allAreDescribedSearchedAndDroppedInASmallHeap() throws Exception {
    build(home.resolve("many-0"), SEGMENTS);
    Files.writeString(home.resolve(LogDirectory.CLEAN_MARKER), "");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process child = new ProcessBuilder(java, "-XX:TieredStopAtLevel=1", "-Xmx24m", "-cp", System.getProperty("java.class.path"),
        Reader.class.getName(), home.toString()).redirectErrorStream(true).start();
    String output = new String(child.getInputStream().readAllBytes());
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(output).endsWith("done\n");
    assertThat(child.exitValue()).isZero();
  }

  /** Closed segments, and an active one with one batch. */
  static void build(Path partition, int segments) throws IOException {
    Files.createDirectories(partition);
    Path index = partition.resolve("index.tmp");
    Path timeIndex = partition.resolve("timeindex.tmp");
    Path log = partition.resolve("log.tmp");
    writeIndexes(index, timeIndex);
    for (int i = 0; i < segments; i++) {
      long base = (long) i * (ENTRIES + 1);
      writeLog(SegmentNames.log(partition, base), base);
      Files.createLink(SegmentNames.index(partition, base), index);
      Files.createLink(SegmentNames.timeIndex(partition, base), timeIndex);
    }
    long end = (long) segments * (ENTRIES + 1);
    Files.write(SegmentNames.log(partition, end), bytes(TestBatches.batch(end, 1, timestamp(ENTRIES), 100)));
    Files.delete(index);
    Files.delete(timeIndex);
    Files.deleteIfExists(log);
  }

  /** Batch n has relative offset n, begins at n * STEP_BYTES and has the timestamp n. */
  private static void writeIndexes(Path index, Path timeIndex) throws IOException {
    ByteBuffer offsets = ByteBuffer.allocate(ENTRIES * SegmentIndex.OFFSET_ENTRY_BYTES);
    ByteBuffer times = ByteBuffer.allocate(ENTRIES * SegmentIndex.TIME_ENTRY_BYTES);
    for (int n = 1; n <= ENTRIES; n++) {
      offsets.putInt(n).putInt(n * STEP_BYTES);
      times.putLong(timestamp(n)).putInt(n);
    }
    Files.write(index, offsets.array());
    Files.write(timeIndex, times.array());
  }

  private static long timestamp(int n) {
    return 1_000_000 + n;
  }

  /** The first batch, two in the middle and the last one are there. */
  private static void writeLog(Path path, long base) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      for (int n : new int[] {0, ENTRIES / 2 - 1, ENTRIES / 2, ENTRIES}) {
        file.seek((long) n * STEP_BYTES);
        file.write(bytes(TestBatches.batch(base + n, 1, timestamp(n), STEP_BYTES - HEADER_SIZE)));
      }
    }
  }

  private static byte[] bytes(ByteBuf batch) {
    byte[] bytes = new byte[batch.readableBytes()];
    batch.getBytes(batch.readerIndex(), bytes);
    return bytes;
  }

  /** Runs in a process with a small heap. */
  static final class Reader {
    private Reader() {
    }

    public static void main(String[] args) throws Exception {
      SegmentResources resources = new SegmentResources(Disk.REAL, new IndexCache(1 << 20), new OpenFiles(100));
      try (FileStorageEngine engine = new FileStorageEngine(List.of(Path.of(args[0])), resources,
          (what, cause) -> cause.printStackTrace(), Clock.SYSTEM, TimeUnit.MINUTES.toNanos(1))) {
        LogStore store = engine.open(engine.list().get(0), StoreConfig.DEFAULT);
        List<SegmentInfo> segments = store.segments();
        check(segments.size() == SEGMENTS + 1, "segments " + segments.size());
        for (SegmentInfo segment : segments.subList(0, SEGMENTS)) {
          check(segment.maxTimestamp() == timestamp(ENTRIES) && segment.firstTimestamp() == timestamp(0), segment.toString());
          long middle = segment.baseOffset() + ENTRIES / 2;
          check(store.findByTimestamp(timestamp(ENTRIES / 2), segment.baseOffset()) == middle, "time in " + segment);
          var slice = store.read(middle, STEP_BYTES, Long.MAX_VALUE, true);
          check(slice.baseOffset() == middle && slice.records().sizeBytes() == STEP_BYTES, "read at " + middle);
          slice.records().release();
        }
        check(resources.files().count() <= 100, "open files " + resources.files().count());
        long dropped = store.dropHead(segments.get(SEGMENTS).baseOffset());
        check(dropped == (long) SEGMENTS * SEGMENT_BYTES, "dropped " + dropped);
        check(store.segments().size() == 1, "segments left " + store.segments());
      }
      System.out.println("done");
    }

    private static void check(boolean right, String what) {
      if (!right) {
        throw new AssertionError(what);
      }
    }
  }
}
