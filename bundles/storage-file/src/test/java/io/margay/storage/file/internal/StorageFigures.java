package io.margay.storage.file.internal;

import com.sun.management.ThreadMXBean;
import io.margay.model.Clock;
import io.margay.model.TopicIdPartition;
import io.margay.model.TopicPartition;
import io.margay.spi.storage.LogSlice;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StoreConfig;
import io.margay.spi.storage.TestBatches;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/**
 * Prints what the engine costs; run by hand: {@code java -cp <test class path> io.margay.storage.file.internal.StorageFigures}.
 * CPU time of the calling thread is the figure to trust on a busy machine.
 */
final class StorageFigures {
  private static final int PARTITIONS = 2000;
  private static final int BATCH_BYTES = 16 << 10;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private StorageFigures() {
  }

  public static void main(String[] args) throws IOException {
    Path directory = Files.createTempDirectory("storage-figures");
    try {
      partitions(directory.resolve("many"));
      for (int round = 0; round < 3; round++) {
        appends(directory.resolve("appends" + round), 20_000);
      }
    } finally {
      try (var files = Files.walk(directory)) {
        for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private static FileStorageEngine engine(Path directory) throws IOException {
    return new FileStorageEngine(List.of(directory), Disk.REAL, (what, cause) -> cause.printStackTrace(), Clock.SYSTEM);
  }

  private static TopicIdPartition id(int i) {
    return new TopicIdPartition(new UUID(1, 1), new TopicPartition("topic", i));
  }

  private static void appends(Path directory, int count) throws IOException {
    ByteBuf batch = Unpooled.directBuffer().writeBytes(TestBatches.batch(0, 16, 1, BATCH_BYTES - 61));
    Files.createDirectories(directory);
    raw(directory.resolve("raw"), batch, count);
    try (FileStorageEngine engine = engine(directory); LogStore store = engine.open(id(0), StoreConfig.DEFAULT)) {
      Timer timer = new Timer();
      for (int i = 0; i < count; i++) {
        long base = i * 16L;
        batch.setLong(0, base);
        store.append(batch, base, base + 16, 1);
      }
      timer.print("append of 16 KiB", count);
      timer = new Timer();
      for (int i = 0; i < count; i++) {
        LogSlice slice = store.read(store.endOffset() - 16, 1 << 20, Long.MAX_VALUE, true);
        slice.records().release();
      }
      timer.print("find the last batch", count);
      timer = new Timer();
      for (int i = 0; i < count; i++) {
        LogSlice slice = store.read(i * 7919L % store.endOffset(), 1 << 20, Long.MAX_VALUE, true);
        slice.records().release();
      }
      timer.print("find 1 MiB anywhere", count);
    }
  }

  private static void raw(Path file, ByteBuf batch, int count) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      Timer timer = new Timer();
      for (int i = 0; i < count; i++) {
        channel.write(batch.internalNioBuffer(0, BATCH_BYTES), (long) i * BATCH_BYTES);
      }
      timer.print("bare write of 16 KiB", count);
    }
    Files.delete(file);
  }

  private static void partitions(Path directory) throws IOException {
    long heapBefore = heap();
    long rssBefore = rss();
    FileStorageEngine engine = engine(directory);
    Timer timer = new Timer();
    List<LogStore> stores = openAll(engine);
    timer.print("create a partition", PARTITIONS);
    memory("empty partition", heapBefore, rssBefore);
    timer = new Timer();
    engine.close();
    timer.print("close an empty partition", PARTITIONS);
    stores.clear();
    engine = reopen(directory, "reopen an empty partition", stores);
    timer = new Timer();
    for (LogStore store : stores) {
      store.append(TestBatches.batch(0, 16, 1, 1000), 0, 16, 1);
    }
    timer.print("first append to a partition", PARTITIONS);
    memory("partition with a batch", heapBefore, rssBefore);
    Path copy = directory.resolveSibling("killed");
    new ProcessBuilder("cp", "-r", directory.toString(), copy.toString()).inheritIO().start().onExit().join();
    timer = new Timer();
    engine.close();
    timer.print("close a partition with a batch (fsync)", PARTITIONS);
    stores.clear();
    engine = reopen(directory, "reopen a partition with a batch", stores);
    engine.close();
    stores.clear();
    reopen(copy, "reopen a partition with a batch after a kill", stores).close();
  }

  private static FileStorageEngine reopen(Path directory, String what, List<LogStore> stores) throws IOException {
    Timer timer = new Timer();
    FileStorageEngine engine = engine(directory);
    stores.addAll(openAll(engine));
    timer.print(what, PARTITIONS);
    return engine;
  }

  private static List<LogStore> openAll(FileStorageEngine engine) throws IOException {
    List<LogStore> stores = new ArrayList<>();
    for (int i = 0; i < PARTITIONS; i++) {
      stores.add(engine.open(id(i), StoreConfig.DEFAULT));
    }
    return stores;
  }

  private static long heap() {
    System.gc();
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static long rss() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("VmRSS"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10).sum();
  }

  private static void memory(String what, long heapBefore, long rssBefore) throws IOException {
    long files;
    try (var open = Files.list(Path.of("/proc/self/fd"))) {
      files = open.count();
    }
    System.out.printf("%-45s heap %6d B   rss %6d B   (open files of the process: %d)%n", what,
        (heap() - heapBefore) / PARTITIONS,
        (rss() - rssBefore) / PARTITIONS, files);
  }

  private static final class Timer {
    private final long wall = System.nanoTime();
    private final long cpu = THREADS.getCurrentThreadCpuTime();
    private final long allocated = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());

    void print(String what, int count) {
      long cpuNanos = THREADS.getCurrentThreadCpuTime() - cpu;
      long bytes = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - allocated;
      System.out.printf("%-45s cpu %8.2f us   wall %8.2f us   allocated %6d B   (all %d: wall %.0f ms)%n", what,
          cpuNanos / 1e3 / count,
          (System.nanoTime() - wall) / 1e3 / count, bytes / count, count, (System.nanoTime() - wall) / 1e6);
    }
  }
}
