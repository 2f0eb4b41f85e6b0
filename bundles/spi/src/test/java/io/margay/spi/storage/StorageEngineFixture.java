package io.margay.spi.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.TopicIdPartition;
import io.margay.model.TopicPartition;
import io.margay.protocol.ByteBufChannel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Starts and stops an engine for each test, and helps to write and read batches. */
public abstract class StorageEngineFixture {
  /** Small segments and a dense index, so that the boundaries are met often. */
  protected static final StoreConfig SMALL = new StoreConfig(2000, 200, 10 << 20, false);

  /** A partition. */
  protected static final TopicIdPartition ID = id("orders", 0);

  /** Where an engine may write; created again for each test. */
  @TempDir
  protected Path directory;

  /** The directory that the engine under test uses. */
  protected Path home;

  /** The engine under test, started before each test. */
  protected StorageEngine engine;

  /**
   * Starts an engine.
   *
   * @param where the directory to use; may hold what an earlier one left
   * @return the engine
   */
  protected abstract StorageEngine start(Path where) throws IOException;

  /** Stops an engine cleanly. @param running an engine from {@link #start} */
  protected abstract void stop(StorageEngine running) throws IOException;

  /**
   * Lets the disk of the engine run full, for engines that a test can give such a disk, see {@link FaultyDisk}.
   *
   * @param bytes how many more can be written
   * @return false when there is no way to do it; the tests of a full disk are passed over then
   */
  protected boolean limitDisk(long bytes) {
    return false;
  }

  @BeforeEach
  void startEngine() throws IOException {
    home = Files.createDirectory(directory.resolve("logs"));
    engine = start(home);
  }

  @AfterEach
  void stopEngine() throws IOException {
    stop(engine);
  }

  /** Stops the engine and starts another one in its place. */
  protected void restart() throws IOException {
    stop(engine);
    engine = start(home);
  }

  /** Starts an engine on a copy of the files as they are now: what a killed process leaves. */
  protected StorageEngine startOnCopy() throws IOException {
    Path copy = directory.resolve("copy-" + UUID.randomUUID());
    copy(home, copy);
    return start(copy);
  }

  /** Goes on with an engine on a copy of the files as they are now, as after a kill. */
  protected void kill() throws IOException {
    Path copy = directory.resolve("copy-" + UUID.randomUUID());
    copy(home, copy);
    stop(engine);
    home = copy;
    engine = start(copy);
  }

  /** A partition of a topic; the same arguments give the same id. */
  protected static TopicIdPartition id(String topic, int partition) {
    return new TopicIdPartition(UUID.nameUUIDFromBytes(topic.getBytes()), new TopicPartition(topic, partition));
  }

  /** Appends a batch at the end with one timestamp unit per offset. @return its base offset */
  protected static long append(LogStore store, int records, int payloadBytes) throws IOException {
    long base = store.endOffset();
    appendAt(store, base, records, payloadBytes, base + records - 1);
    return base;
  }

  /** Appends a batch. */
  protected static void appendAt(LogStore store, long base, int records, int payloadBytes, long timestamp) throws IOException {
    store.append(TestBatches.batch(base, records, timestamp, payloadBytes), base, base + records, timestamp);
  }

  /** Replaces whole segments, in both steps. */
  protected static void replace(LogStore store, long fromOffset, long toOffset, List<ByteBuf> batches) throws IOException {
    try (LogStore.Replacement replacement = store.prepareReplacement(fromOffset, toOffset, batches)) {
      assertThat(replacement.commit()).isTrue();
    }
  }

  /** A slice's bytes; releases it. */
  protected static ByteBuf bytes(LogSlice slice) throws IOException {
    ByteBuf target = Unpooled.buffer();
    if (slice.records().sizeBytes() > 0) {
      ByteBufChannel.transfer(slice.records(), target);
    }
    slice.records().release();
    return target;
  }

  /** Base offsets of the batches in a slice; releases it. Checks that they are whole. */
  protected static List<Long> bases(LogSlice slice) throws IOException {
    ByteBuf bytes = bytes(slice);
    List<Long> bases = new ArrayList<>();
    int at = 0;
    while (at < bytes.readableBytes()) {
      bases.add(bytes.getLong(at));
      at += 12 + bytes.getInt(at + 8);
    }
    assertThat(at).as("whole batches").isEqualTo(bytes.readableBytes());
    if (!bases.isEmpty()) {
      assertThat(slice.baseOffset()).isEqualTo(bases.get(0));
    }
    return bases;
  }

  /** Base offsets of all batches from an offset on, over all segments. */
  protected static List<Long> allBases(LogStore store, long from) throws IOException {
    List<Long> all = new ArrayList<>();
    long offset = from;
    while (offset < store.endOffset()) {
      LogSlice slice = store.read(offset, 1000, Long.MAX_VALUE, true);
      ByteBuf bytes = bytes(slice);
      int at = 0;
      long next = offset;
      while (at < bytes.readableBytes()) {
        all.add(bytes.getLong(at));
        next = bytes.getLong(at) + bytes.getInt(at + 23) + 1;
        at += 12 + bytes.getInt(at + 8);
      }
      if (next == offset) {
        return all;
      }
      offset = next;
    }
    return all;
  }

  /**
   * Copies a tree of files; a file that goes meanwhile, because the engine deletes it in the background, is left out. In the order
   * of the names, so that of two files which the engine may write meanwhile the same one is always copied first.
   */
  protected static void copy(Path from, Path to) throws IOException {
    try {
      if (!Files.isDirectory(from)) {
        Files.copy(from, to);
        return;
      }
      List<Path> children;
      try (Stream<Path> stream = Files.list(from)) {
        children = stream.sorted().toList();
      }
      Files.createDirectory(to);
      for (Path child : children) {
        copy(child, to.resolve(child.getFileName()));
      }
    } catch (NoSuchFileException e) {
      if (Files.exists(from)) {
        throw e;
      }
    }
  }
}
