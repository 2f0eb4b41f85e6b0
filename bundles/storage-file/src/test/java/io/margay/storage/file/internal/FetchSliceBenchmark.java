package io.margay.storage.file.internal;

import io.margay.model.Clock;
import io.margay.model.TopicIdPartition;
import io.margay.model.TopicPartition;
import io.margay.protocol.Records;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StoreConfig;
import io.margay.spi.storage.TestBatches;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The cost of finding slices of a log of 64 MiB in the page cache, and of appending to another log that starts over at 256 MiB. A
 * slice is found, not read: its bytes are sent from the file to the socket.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class FetchSliceBenchmark {
  private static final int BATCH_BYTES = 16 << 10;
  private static final int RECORDS = 16;
  private static final int BATCHES = 4096;
  private static final long APPENDED_BYTES_MAX = 256 << 20;
  private static final int MEBIBYTE = 1 << 20;

  private final ByteBuf batch = Unpooled.directBuffer(BATCH_BYTES);
  private final ByteBuffer target = ByteBuffer.allocateDirect(MEBIBYTE);
  private Path directory;
  private FileStorageEngine engine;
  private LogStore filled;
  private LogStore appended;
  private long appendedBytes;
  private long seed = 1;

  @Setup
  public void open() throws IOException {
    batch.writeBytes(TestBatches.batch(0, RECORDS, 1, BATCH_BYTES - 61));
    directory = Files.createTempDirectory("margay-benchmark");
    // The end is not reached when a benchmark fails.
    Runtime.getRuntime().addShutdownHook(new Thread(this::deleteFiles));
    engine = new FileStorageEngine(List.of(directory), Disk.REAL, (what, cause) -> cause.printStackTrace(), Clock.SYSTEM);
    filled = engine.open(id(0), StoreConfig.DEFAULT);
    for (int i = 0; i < BATCHES; i++) {
      append(filled);
    }
    appended = engine.open(id(1), StoreConfig.DEFAULT);
  }

  private static TopicIdPartition id(int partition) {
    return new TopicIdPartition(new UUID(1, 1), new TopicPartition("topic", partition));
  }

  @TearDown
  public void close() throws IOException {
    engine.close();
    deleteFiles();
    batch.release();
  }

  private void deleteFiles() {
    if (Files.exists(directory)) {
      try (var files = Files.walk(directory)) {
        for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(path);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void append(LogStore store) throws IOException {
    long base = store.endOffset();
    batch.setLong(0, base);
    store.append(batch, base, base + RECORDS, 1);
  }

  /** An xorshift: a random offset must cost nothing against what is measured. */
  private long randomOffset(long below) {
    seed ^= seed << 13;
    seed ^= seed >>> 7;
    seed ^= seed << 17;
    return Math.floorMod(seed, below);
  }

  private int find(long offset, int maxBytes) throws IOException {
    Records records = filled.read(offset, maxBytes, Long.MAX_VALUE, true).records();
    int size = records.sizeBytes();
    records.release();
    return size;
  }

  /** The last batch. */
  @Benchmark
  public int tail() throws IOException {
    return find(filled.endOffset() - RECORDS, MEBIBYTE);
  }

  /** One batch anywhere. */
  @Benchmark
  public int randomOffset() throws IOException {
    return find(randomOffset(filled.endOffset()), BATCH_BYTES);
  }

  /** 1 MiB from anywhere. */
  @Benchmark
  public int mebibyteAtRandomOffset() throws IOException {
    return find(randomOffset(filled.endOffset() - 64 * RECORDS), MEBIBYTE);
  }

  /** As before, and copies the bytes out of the page cache, which a connection without TLS spares. */
  @Benchmark
  public int mebibyteCopied() throws IOException {
    Records records = filled.read(randomOffset(filled.endOffset() - 64 * RECORDS), MEBIBYTE, Long.MAX_VALUE, true).records();
    int copied = records.fileOrNull().read(target.clear().limit(records.sizeBytes()), records.filePosition());
    records.release();
    return copied;
  }

  /** Into the page cache. */
  @Benchmark
  public void append16KiB() throws IOException {
    append(appended);
    appendedBytes += BATCH_BYTES;
    if (appendedBytes >= APPENDED_BYTES_MAX) {
      appended.resetTo(appended.endOffset());
      appendedBytes = 0;
    }
  }
}
