package io.margay.spi.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.margay.model.TopicIdPartition;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * What every storage engine does: logs by name, small files and tables, readers beside a writer, a full disk, restarts. An engine's
 * tests extend this class and say how it is started and stopped; those of {@link LogStoreContract} run with it. The tests of what
 * outlives the engine run when it promises to be durable. {@link StorageEngineModelContract} and {@link StorageEngineKillContract}
 * are extended beside it.
 */
public abstract class StorageEngineContract extends LogStoreContract {
  @Test
  void aNewLogIsEmptyAndClean() throws IOException {
    assertThat(engine.list()).isEmpty();
    assertThat(engine.placeOf(ID)).isNull();
    try (LogStore store = engine.open(ID, SMALL)) {
      assertThat(store.startOffset()).isZero();
      assertThat(store.endOffset()).isZero();
      assertThat(store.sizeBytes()).isZero();
      assertThat(store.wasClean()).isTrue();
      assertThat(store.segments()).hasSize(1);
      assertThat(store.segments().get(0).maxTimestamp()).isEqualTo(-1);
      assertThat(store.segments().get(0).firstTimestamp()).isEqualTo(-1);
      LogSlice slice = store.read(0, 100, Long.MAX_VALUE, true);
      assertThat(slice.records().sizeBytes()).isZero();
      assertThat(slice.baseOffset()).isZero();
      slice.records().release();
    }
    assertThat(engine.list()).containsExactly(ID);
    assertThat(engine.places().stream().map(StorageEngine.Place::path)).contains(engine.placeOf(ID));
  }

  @Test
  void keepsSmallFilesAndTables() throws IOException {
    TopicIdPartition other = id("others", 3);
    try (LogStore store = engine.open(ID, SMALL); LogStore second = engine.open(other, SMALL)) {
      assertThat(store.blobs()).isEmpty();
      assertThat(store.readBlob("leader-epoch-checkpoint")).isNull();
      store.writeBlob("leader-epoch-checkpoint", new byte[] {1, 2}, false);
      store.writeBlob("leader-epoch-checkpoint", new byte[] {3}, true);
      store.writeBlob("00000000000000000007.snapshot", new byte[0], true);
      store.deleteBlob("none");
      append(store, 1, 10);
      store.resetTo(5);
      assertThat(store.readBlob("leader-epoch-checkpoint")).containsExactly(3);
      assertThat(store.blobs()).containsExactlyInAnyOrder("leader-epoch-checkpoint", "00000000000000000007.snapshot");
      assertThat(second.blobs()).isEmpty();
      store.deleteBlob("00000000000000000007.snapshot");
      assertThat(store.blobs()).containsExactly("leader-epoch-checkpoint");
      assertThatThrownBy(() -> store.writeBlob("../x", new byte[0], false)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(engine.readCheckpoint("replication-offset-checkpoint")).isEmpty();
    engine.writeCheckpoint("replication-offset-checkpoint", Map.of(ID, 4L, other, 7L));
    engine.writeCheckpoint("replication-offset-checkpoint", Map.of(ID, 5L));
    assertThat(engine.readCheckpoint("replication-offset-checkpoint")).isEqualTo(Map.of(ID, 5L));
    assertThat(engine.readCheckpoint("another")).isEmpty();
  }

  @Test
  void aLogThatIsSetAsideFreesItsNameAndIsKeptForItsTime() throws IOException {
    long begin = System.currentTimeMillis();
    LogStore store = engine.open(ID, SMALL);
    append(store, 3, 10);
    store.writeBlob("x", new byte[1], false);
    assertThatThrownBy(() -> engine.setAside(ID)).isInstanceOf(IllegalStateException.class);
    store.close();
    TopicIdPartition again = new TopicIdPartition(new UUID(1, 2), ID.topicPartition());
    engine.setAside(again);
    assertThat(engine.list()).containsExactly(ID);
    engine.setAside(ID);
    assertThat(engine.list()).isEmpty();
    assertThat(engine.placeOf(ID)).isNull();
    try (LogStore fresh = engine.open(again, SMALL)) {
      assertThat(fresh.endOffset()).isZero();
      assertThat(fresh.blobs()).isEmpty();
    }
    assertThat(engine.deleteSetAside(begin - 10_000)).isZero();
    boolean durable = engine.promise() == StorageEngine.Promise.DURABLE;
    if (durable) {
      restart();
    }
    assertThat(engine.list()).containsExactlyElementsOf(durable ? List.of(again) : engine.list());
    assertThat(engine.deleteSetAside(Long.MAX_VALUE)).isEqualTo(engine.promise() == StorageEngine.Promise.EPHEMERAL ? 0 : 1);
    assertThat(engine.deleteSetAside(Long.MAX_VALUE)).isZero();
    assertThat(engine.placeOf(again)).isNotNull();
  }

  @Test
  void aDeletedNameIsFreeAtOnceAndInheritsNothing() throws IOException {
    LogStore store = engine.open(ID, SMALL);
    append(store, 3, 10);
    store.writeBlob("x", new byte[1], false);
    assertThatThrownBy(() -> engine.open(ID, SMALL)).isInstanceOf(IllegalStateException.class);
    store.close();
    engine.writeCheckpoint("table", Map.of(ID, 3L));
    TopicIdPartition again = new TopicIdPartition(new UUID(1, 2), ID.topicPartition());
    engine.delete(again);
    assertThat(engine.list()).containsExactly(ID);
    engine.delete(ID);
    engine.delete(ID);
    assertThat(engine.list()).isEmpty();
    try (LogStore fresh = engine.open(again, SMALL)) {
      assertThat(fresh.endOffset()).isZero();
      assertThat(fresh.blobs()).isEmpty();
      assertThat(fresh.wasClean()).isTrue();
    }
    assertThat(engine.readCheckpoint("table")).isEmpty();
    assertThat(engine.list()).containsExactly(again);
  }

  @Test
  void flushTellsWhatIsOnStableStorage() throws IOException {
    try (LogStore store = engine.open(ID, SMALL)) {
      for (int i = 0; i < 20; i++) {
        append(store, 1, 300);
      }
      assertThat(store.flush()).isEqualTo(20);
      assertThat(store.flushedOffset()).isEqualTo(20);
      append(store, 1, 300);
      store.truncateTo(10);
      assertThat(store.flushedOffset()).isLessThanOrEqualTo(10);
      append(store, 5, 10);
      assertThat(store.flushedOffset()).isLessThanOrEqualTo(15);
      assertThat(store.flush()).isEqualTo(15);
      assertThat(store.isHot(14)).isTrue();
    }
  }

  @Test
  void aClosedStoreRefusesCallsAndCanBeOpenedAgain() throws IOException {
    LogStore store = engine.open(ID, SMALL);
    append(store, 1, 10);
    store.close();
    store.close();
    assertThatThrownBy(() -> append(store, 1, 10)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> store.read(0, 10, Long.MAX_VALUE, true)).isInstanceOf(IOException.class);
    try (LogStore again = engine.open(ID, SMALL)) {
      assertThat(again.wasClean()).isTrue();
      assertThat(again.endOffset()).isEqualTo(1);
      append(again, 1, 10);
      assertThat(allBases(again, 0)).containsExactly(0L, 1L);
    }
  }

  @Test
  void readersSeeWholeBatchesWhileOneWrites() throws Exception {
    try (LogStore store = engine.open(ID, new StoreConfig(100_000, 500, 10 << 20, false))) {
      AtomicReference<Throwable> failure = new AtomicReference<>();
      List<Thread> readers = new ArrayList<>();
      int batches = 3000;
      for (int r = 0; r < 3; r++) {
        int mode = r;
        Thread thread = new Thread(() -> readAll(store, batches * 2L, mode, failure));
        thread.start();
        readers.add(thread);
      }
      for (int i = 0; i < batches && failure.get() == null; i++) {
        append(store, 2, i * 37 % 400);
      }
      for (Thread reader : readers) {
        reader.join();
      }
      assertThat(failure.get()).isNull();
    }
  }

  private static void readAll(LogStore store, long end, int mode, AtomicReference<Throwable> failure) {
    try {
      long next = 0;
      while (next < end && failure.get() == null) {
        long bound = mode == 0 ? Long.MAX_VALUE : Math.max(0, store.endOffset() - mode * 4L + 4);
        LogSlice slice = store.read(next, mode == 1 ? 300 : 20_000, bound, true);
        ByteBuf bytes = bytes(slice);
        for (int at = 0; at < bytes.readableBytes(); at += 12 + bytes.getInt(at + 8)) {
          int payload = 12 + bytes.getInt(at + 8) - 61;
          long base = bytes.getLong(at);
          if (base != next || base >= bound || !bytes.slice(at, 61 + payload).equals(TestBatches.batch(base, 2, base + 1,
              payload))) {
            throw new AssertionError("expected a batch at " + next + " below " + bound + ", found one at " + base);
          }
          next = base + 2;
        }
        if (bytes.readableBytes() == 0) {
          // With the bound below the end the last batches come only when nothing is written any more.
          mode = store.endOffset() == end ? 0 : mode;
          Thread.onSpinWait();
        }
      }
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
    }
  }

  @Test
  void readersSurviveATailThatIsCutAgainAndAgain() throws Exception {
    try (LogStore store = engine.open(ID, SMALL)) {
      AtomicReference<Throwable> failure = new AtomicReference<>();
      for (int i = 0; i < 20; i++) {
        append(store, 2, 100);
      }
      Thread reader = new Thread(() -> {
        try {
          while (failure.get() == null && store.endOffset() < 1000) {
            for (long base : bases(store.read(10, 1 << 20, 20, true))) {
              assertThat(base).isBetween(10L, 19L);
            }
            bytes(store.read(Math.max(0, store.endOffset() - 6), 500, Long.MAX_VALUE, true));
            assertThat(store.segments()).isNotEmpty();
          }
        } catch (Throwable e) {
          failure.compareAndSet(null, e);
        }
      });
      reader.start();
      for (int i = 0; i < 100; i++) {
        for (int j = 0; j < 10; j++) {
          append(store, 2, 100);
        }
        store.truncateTo(20 + i % 5);
      }
      appendAt(store, 1000, 1, 1, 1);
      reader.join();
      assertThat(failure.get()).isNull();
    }
  }

  @Test
  void everythingIsThereAfterARestart() throws IOException {
    assumeThat(engine.promise()).isEqualTo(StorageEngine.Promise.DURABLE);
    LogStore store = fill();
    List<Long> before = allBases(store, 0);
    List<SegmentInfo> segments = store.segments();
    store.close();
    // One is left open: the engine closes it.
    LogStore left = engine.open(id("left", 1), SMALL);
    append(left, 4, 10);
    engine.writeCheckpoint("table", Map.of(ID, 11L));
    restart();
    assertThat(engine.list()).containsExactlyInAnyOrder(ID, id("left", 1));
    assertThat(engine.readCheckpoint("table")).isEqualTo(Map.of(ID, 11L));
    try (LogStore again = engine.open(ID, SMALL); LogStore leftAgain = engine.open(id("left", 1), SMALL)) {
      assertThat(again.wasClean()).isTrue();
      assertThat(again.flushedOffset()).isEqualTo(again.endOffset());
      assertThat(leftAgain.wasClean()).isTrue();
      assertThat(leftAgain.endOffset()).isEqualTo(4);
      assertThat(again.segments()).isEqualTo(segments);
      assertThat(allBases(again, 0)).isEqualTo(before);
      assertThat(again.readBlob("blob")).containsExactly(9);
      append(again, 1, 10);
      assertThat(allBases(again, 0)).hasSize(before.size() + 1);
    }
  }

  private LogStore fill() throws IOException {
    LogStore store = engine.open(ID, SMALL);
    for (int i = 0; i < 50; i++) {
      append(store, 2, 20 + i * 7);
    }
    store.truncateTo(80);
    replace(store, 0, store.segments().get(0).nextOffset(), List.of(TestBatches.batch(1, 1, 1, 5)));
    append(store, 3, 100);
    store.writeBlob("blob", new byte[] {9}, false);
    return store;
  }

  @Test
  void whatWasAppendedOutlivesTheProcess() throws IOException {
    assumeThat(engine.promise()).isEqualTo(StorageEngine.Promise.DURABLE);
    try (LogStore store = fill()) {
      StorageEngine other = startOnCopy();
      try (LogStore copy = other.open(ID, SMALL)) {
        assertThat(copy.wasClean()).isFalse();
        assertThat(copy.endOffset()).isEqualTo(store.endOffset());
        assertThat(allBases(copy, 0)).isEqualTo(allBases(store, 0));
        assertThat(copy.segments().stream().map(SegmentInfo::maxTimestamp))
            .isEqualTo(store.segments().stream().map(SegmentInfo::maxTimestamp).toList());
        for (long timestamp = 0; timestamp < 85; timestamp++) {
          assertThat(copy.findByTimestamp(timestamp, 0)).isEqualTo(store.findByTimestamp(timestamp, 0));
        }
        append(copy, 1, 10);
        assertThat(copy.readBlob("blob")).containsExactly(9);
      } finally {
        stop(other);
      }
    }
  }

  @Test
  void aFullDiskLeavesWhatWasThereAndTakesAppendsAgain() throws IOException {
    try (LogStore store = engine.open(ID, SMALL)) {
      for (int i = 0; i < 4; i++) {
        append(store, 1, 300);
      }
      store.roll();
      append(store, 1, 300);
      assumeThat(limitDisk(100)).as("the fixture can fill the engine's disk").isTrue();
      assertThatThrownBy(() -> append(store, 1, 300)).isInstanceOf(IOException.class);
      assertThat(store.endOffset()).isEqualTo(5);
      assertThat(allBases(store, 0)).containsExactly(0L, 1L, 2L, 3L, 4L);
      limitDisk(0);
      assertThatThrownBy(() -> append(store, 1, 300)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> replace(store, 0, 4, List.of(TestBatches.batch(1, 1, 1, 50)))).isInstanceOf(IOException.class);
      assertThat(allBases(store, 0)).containsExactly(0L, 1L, 2L, 3L, 4L);
      limitDisk(Long.MAX_VALUE);
      append(store, 1, 300);
      assertThat(allBases(store, 0)).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
    }
    assumeThat(engine.promise()).isEqualTo(StorageEngine.Promise.DURABLE);
    restart();
    try (LogStore store = engine.open(ID, SMALL)) {
      assertThat(store.wasClean()).isTrue();
      assertThat(allBases(store, 0)).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
    }
  }

  @Test
  void writersOfManyLogsDoNotHinderEachOther() throws Exception {
    int logs = 8;
    int batches = 200;
    AtomicReference<Throwable> failure = new AtomicReference<>();
    List<LogStore> stores = new ArrayList<>();
    List<Thread> writers = new ArrayList<>();
    for (int i = 0; i < logs; i++) {
      LogStore store = engine.open(id("many", i), SMALL);
      stores.add(store);
      Thread thread = new Thread(() -> writeAll(store, batches, failure));
      thread.start();
      writers.add(thread);
    }
    for (Thread writer : writers) {
      writer.join();
    }
    assertThat(failure.get()).isNull();
    for (LogStore store : stores) {
      assertThat(allBases(store, 0)).hasSize(batches).isSorted();
      assertThat(store.flush()).isEqualTo(batches * 2L);
      store.close();
    }
    assertThat(engine.list()).hasSize(logs);
  }

  private static void writeAll(LogStore store, int batches, AtomicReference<Throwable> failure) {
    try {
      for (int i = 0; i < batches; i++) {
        append(store, 2, i * 37 % 400);
        if (i % 50 == 0) {
          store.flush();
        }
      }
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
    }
  }
}
