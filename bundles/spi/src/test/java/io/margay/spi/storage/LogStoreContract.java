package io.margay.spi.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What every log does: append, read, segments, truncate, drop, replace, search by time. {@link StorageEngineContract} runs it. */
public abstract class LogStoreContract extends StorageEngineFixture {
  @Test
  void readsWhatWasAppendedByteForByte() throws IOException {
    try (LogStore store = engine.open(ID, StoreConfig.DEFAULT)) {
      ByteBuf two = Unpooled.wrappedBuffer(TestBatches.batch(0, 3, 5, 100), TestBatches.batch(3, 2, 7, 50));
      int readerIndex = two.readerIndex();
      store.append(two, 0, 5, 7);
      assertThat(two.readerIndex()).isEqualTo(readerIndex);
      assertThat(two.refCnt()).isEqualTo(1);
      assertThat(store.endOffset()).isEqualTo(5);
      assertThat(store.sizeBytes()).isEqualTo(two.readableBytes());
      assertThat(bytes(store.read(0, 10_000, Long.MAX_VALUE, false))).isEqualTo(two);
      // A direct buffer, and one whose bytes do not begin at index 0.
      ByteBuf batch = TestBatches.batch(5, 1, 9, 30);
      ByteBuf direct = Unpooled.directBuffer().writeLong(77).writeBytes(batch.duplicate());
      direct.readerIndex(8);
      store.append(direct, 5, 6, 9);
      assertThat(bytes(store.read(5, 10_000, Long.MAX_VALUE, false))).isEqualTo(batch);
      direct.release();
    }
  }

  @Test
  void aReadBeginsWithTheBatchThatHoldsTheOffset() throws IOException {
    try (LogStore store = engine.open(ID, SMALL)) {
      for (int i = 0; i < 100; i++) {
        append(store, 3, 20 + i);
      }
      for (long offset = 0; offset < 300; offset++) {
        LogSlice slice = store.read(offset, 0, Long.MAX_VALUE, true);
        assertThat(bases(slice)).containsExactly(offset - offset % 3);
      }
      assertThat(bases(store.read(300, 1000, Long.MAX_VALUE, true))).isEmpty();
      assertThat(bases(store.read(5000, 1000, Long.MAX_VALUE, true))).isEmpty();
      assertThat(allBases(store, 0)).hasSize(100).isSorted();
    }
  }

  @Test
  void aReadKeepsToItsBounds() throws IOException {
    try (LogStore store = engine.open(ID, StoreConfig.DEFAULT)) {
      int batchBytes = 61 + 39;
      for (int i = 0; i < 200; i++) {
        append(store, 2, 39);
      }
      // Both at the tail and far from it.
      for (long base : new long[] {0, 2, 100, 300, 390, 398}) {
        int left = (int) (400 - base) / 2;
        assertThat(bases(store.read(base, batchBytes - 1, Long.MAX_VALUE, false))).isEmpty();
        assertThat(bases(store.read(base, batchBytes - 1, Long.MAX_VALUE, true))).hasSize(1);
        assertThat(bases(store.read(base, batchBytes, Long.MAX_VALUE, false))).hasSize(1);
        assertThat(bases(store.read(base, 7 * batchBytes + 50, Long.MAX_VALUE, false))).hasSize(Math.min(7, left));
        assertThat(bases(store.read(base, 1 << 20, base + 6, false))).hasSize(Math.min(3, left));
        assertThat(bases(store.read(base, 1 << 20, base + 5, false))).hasSize(Math.min(3, left));
        assertThat(bases(store.read(base, 1 << 20, base, true))).isEmpty();
        assertThat(bases(store.read(base, Integer.MAX_VALUE, Long.MAX_VALUE, false))).isNotEmpty();
        assertThat(bases(store.read(base + 1, 1 << 20, base + 1, true))).containsExactly(base);
      }
    }
  }

  @Test
  void aReadInAGapBeginsWithTheNextBatch() throws IOException {
    try (LogStore store = engine.open(ID, SMALL)) {
      for (int i = 0; i < 100; i++) {
        appendAt(store, i * 10L, 4, 50, i);
      }
      assertThat(store.endOffset()).isEqualTo(994);
      for (long offset : new long[] {3, 4, 9, 504, 509, 984, 989}) {
        long expected = offset % 10 < 4 ? offset - offset % 10 : offset - offset % 10 + 10;
        assertThat(bases(store.read(offset, 0, Long.MAX_VALUE, true))).containsExactly(expected);
      }
    }
  }

  @Test
  void appendRefusesOffsetsBelowTheEndAndHalfBatches() throws IOException {
    try (LogStore store = engine.open(ID, SMALL)) {
      append(store, 5, 10);
      ByteBuf early = TestBatches.batch(4, 1, 0, 10);
      assertThatThrownBy(() -> store.append(early, 4, 5, 0)).isInstanceOf(IllegalArgumentException.class);
      ByteBuf half = TestBatches.batch(5, 1, 0, 10);
      assertThatThrownBy(() -> store.append(half.slice(0, 70), 5, 6, 0)).isInstanceOf(IllegalArgumentException.class);
      assertThat(store.endOffset()).isEqualTo(5);
      assertThat(allBases(store, 0)).containsExactly(0L);
    }
  }

  @Test
  void rollsBeforeASegmentGrowsTooBig() throws IOException {
    try (LogStore store = engine.open(ID, SMALL)) {
      for (int i = 0; i < 50; i++) {
        append(store, 2, 300);
      }
      List<SegmentInfo> segments = store.segments();
      assertThat(segments).hasSize(10);
      for (int i = 0; i < segments.size(); i++) {
        SegmentInfo segment = segments.get(i);
        assertThat(segment.sizeBytes()).isEqualTo(5 * 361);
        assertThat(segment.baseOffset()).isEqualTo(i * 10L);
        assertThat(segment.nextOffset()).isEqualTo(i * 10L + 10);
        assertThat(segment.maxTimestamp()).isEqualTo(i * 10L + 9);
        assertThat(segment.firstTimestamp()).isEqualTo(i * 10L + 1);
      }
      assertThat(store.sizeBytes()).isEqualTo(50 * 361);
      append(store, 1, 5000);
      assertThat(store.segments()).hasSize(11);
      store.roll();
      store.roll();
      assertThat(store.segments()).hasSize(12);
      assertThat(store.endOffset()).isEqualTo(101);
      store.configure(StoreConfig.DEFAULT);
      append(store, 1, 5000);
      append(store, 1, 5000);
      assertThat(store.segments()).hasSize(12);
    }
  }

  @Test
  void offsetsThatAreFarApartAreKept() throws IOException {
    try (LogStore store = engine.open(ID, SMALL)) {
      appendAt(store, 5_000_000_000L, 1, 10, 1);
      appendAt(store, 5_000_000_001L, 1, 10, 2);
      appendAt(store, 50_000_000_000L, 1, 10, 3);
      assertThat(bases(store.read(0, 0, Long.MAX_VALUE, true))).containsExactly(5_000_000_000L);
      assertThat(allBases(store, 0)).containsExactly(5_000_000_000L, 5_000_000_001L, 50_000_000_000L);
    }
    assertThat(engine.list()).containsExactly(ID);
  }

  @Test
  void truncateCutsAtABatchAndTheTailCanBeWrittenAnew() throws IOException {
    try (LogStore store = engine.open(ID, SMALL)) {
      for (int i = 0; i < 60; i++) {
        append(store, 2, 100);
      }
      store.truncateTo(500);
      assertThat(store.endOffset()).isEqualTo(120);
      store.truncateTo(101);
      assertThat(store.endOffset()).isEqualTo(100);
      assertThat(allBases(store, 0)).hasSize(50);
      store.truncateTo(41);
      assertThat(store.endOffset()).isEqualTo(40);
      assertThat(store.flushedOffset()).isLessThanOrEqualTo(40);
      List<SegmentInfo> segments = store.segments();
      assertThat(segments.get(segments.size() - 1).nextOffset()).isEqualTo(40);
      assertThat(segments.get(segments.size() - 1).maxTimestamp()).isEqualTo(39);
      assertThat(store.findByTimestamp(40, 0)).isEqualTo(-1);
      append(store, 1, 333);
      assertThat(bytes(store.read(40, 1000, Long.MAX_VALUE, true))).isEqualTo(TestBatches.batch(40, 1, 40, 333));
      assertThat(allBases(store, 0)).hasSize(21);
      store.truncateTo(0);
      assertThat(store.endOffset()).isZero();
      assertThat(store.sizeBytes()).isZero();
      append(store, 1, 10);
      assertThat(allBases(store, 0)).containsExactly(0L);
    }
  }

  @Test
  void aSliceOutlivesTruncationDropResetReplaceAndClose() throws IOException {
    List<LogSlice> slices = new ArrayList<>();
    LogStore store = engine.open(ID, SMALL);
    for (int i = 0; i < 20; i++) {
      append(store, 1, 300);
    }
    ByteBuf tail = TestBatches.batch(19, 1, 19, 300);
    slices.add(store.read(19, 1000, Long.MAX_VALUE, true));
    store.truncateTo(18);
    appendAt(store, 18, 2, 1300, 50);
    slices.add(store.read(0, 361, Long.MAX_VALUE, true));
    replace(store, 0, 5, List.of());
    store.dropHead(10);
    slices.add(store.read(12, 361, Long.MAX_VALUE, true));
    store.resetTo(100);
    store.close();
    assertThat(bytes(slices.get(0))).isEqualTo(tail);
    assertThat(bytes(slices.get(1))).isEqualTo(TestBatches.batch(0, 1, 0, 300));
    assertThat(bytes(slices.get(2))).isEqualTo(TestBatches.batch(12, 1, 12, 300));
  }

  @Test
  void dropHeadDropsWholeSegmentsAndKeepsTheLast() throws IOException {
    try (LogStore store = engine.open(ID, SMALL)) {
      for (int i = 0; i < 20; i++) {
        append(store, 1, 300);
      }
      assertThat(store.dropHead(4)).isZero();
      assertThat(store.dropHead(12)).isEqualTo(2 * 5 * 361);
      assertThat(store.startOffset()).isEqualTo(10);
      assertThat(allBases(store, 10)).first().isEqualTo(10L);
      assertThat(store.dropHead(1000)).isEqualTo(5 * 361);
      assertThat(store.startOffset()).isEqualTo(15);
      assertThat(store.endOffset()).isEqualTo(20);
    }
  }

  @Test
  void resetBeginsAgain() throws IOException {
    try (LogStore store = engine.open(ID, SMALL)) {
      for (int i = 0; i < 20; i++) {
        append(store, 1, 300);
      }
      store.resetTo(77);
      assertThat(store.startOffset()).isEqualTo(77);
      assertThat(store.endOffset()).isEqualTo(77);
      assertThat(store.sizeBytes()).isZero();
      append(store, 2, 10);
      assertThat(allBases(store, 77)).containsExactly(77L);
      store.resetTo(3);
      assertThat(store.startOffset()).isEqualTo(3);
      assertThat(store.endOffset()).isEqualTo(3);
      store.truncateTo(1);
      assertThat(store.endOffset()).isEqualTo(1);
    }
  }

  @Test
  void replaceChangesTheContentOfWholeSegments() throws IOException {
    try (LogStore store = engine.open(ID, SMALL)) {
      for (int i = 0; i < 30; i++) {
        append(store, 1, 300);
      }
      assertThatThrownBy(() -> store.prepareReplacement(1, 10, List.of())).isInstanceOf(IllegalArgumentException.class);
      replace(store, 5, 15, List.of(TestBatches.batch(6, 1, 6, 40), TestBatches.batch(12, 2, 13, 40)));
      assertThat(allBases(store, 0)).startsWith(0L, 1L, 2L, 3L, 4L, 6L, 12L, 15L, 16L).hasSize(22);
      assertThat(store.findByTimestamp(7, 0)).isEqualTo(12);
      SegmentInfo replaced = store.segments().get(1);
      assertThat(replaced.baseOffset()).isEqualTo(5);
      assertThat(replaced.nextOffset()).isEqualTo(15);
      assertThat(replaced.maxTimestamp()).isEqualTo(13);
      replace(store, 0, 5, List.of());
      assertThat(store.startOffset()).isZero();
      assertThat(bases(store.read(0, 0, Long.MAX_VALUE, true))).containsExactly(6L);
      assertThat(store.endOffset()).isEqualTo(30);
    }
  }

  @Test
  void aPreparedReplacementHindersNobodyAndYieldsToWhatHappensMeanwhile() throws IOException {
    try (LogStore store = engine.open(ID, SMALL)) {
      for (int i = 0; i < 30; i++) {
        append(store, 1, 300);
      }
      try (LogStore.Replacement dropped = store.prepareReplacement(5, 15, List.of())) {
        append(store, 1, 300);
        assertThat(allBases(store, 0)).hasSize(31);
      }
      assertThat(allBases(store, 0)).hasSize(31);
      try (LogStore.Replacement replacement = store.prepareReplacement(5, 15, List.of(TestBatches.batch(7, 1, 7, 40)))) {
        append(store, 1, 300);
        assertThat(replacement.commit()).isTrue();
      }
      assertThat(allBases(store, 0)).startsWith(0L, 1L, 2L, 3L, 4L, 7L, 15L).hasSize(23).endsWith(30L, 31L);
      List<Long> before = allBases(store, 0);
      try (LogStore.Replacement late = store.prepareReplacement(15, 20, List.of())) {
        store.truncateTo(18);
        assertThat(late.commit()).isFalse();
      }
      assertThat(allBases(store, 0)).isEqualTo(before.stream().filter(base -> base < 18).toList());
      try (LogStore.Replacement late = store.prepareReplacement(0, 5, List.of())) {
        store.resetTo(0);
        assertThat(late.commit()).isFalse();
      }
      append(store, 1, 10);
      assertThat(allBases(store, 0)).containsExactly(0L);
    }
  }

  @Test
  void findsTheFirstBatchWithATimestamp() throws IOException {
    try (LogStore store = engine.open(ID, SMALL)) {
      // Not in order: 100 1 102 3 104 5 ...
      for (int i = 0; i < 60; i++) {
        appendAt(store, i * 2L, 2, 100, i % 2 == 0 ? 100 + i : i);
      }
      assertThat(store.findByTimestamp(0, 0)).isEqualTo(0);
      assertThat(store.findByTimestamp(100, 0)).isEqualTo(0);
      assertThat(store.findByTimestamp(101, 0)).isEqualTo(4);
      assertThat(store.findByTimestamp(102, 0)).isEqualTo(4);
      assertThat(store.findByTimestamp(158, 0)).isEqualTo(116);
      assertThat(store.findByTimestamp(159, 0)).isEqualTo(-1);
      assertThat(store.findByTimestamp(1, 3)).isEqualTo(2);
      assertThat(store.findByTimestamp(1, 4)).isEqualTo(4);
      assertThat(store.findByTimestamp(0, 119)).isEqualTo(118);
      assertThat(store.findByTimestamp(0, 120)).isEqualTo(-1);
    }
  }

  @Test
  void theHeadIsDroppedAndSegmentsAreReplacedBesideTheWriter() throws Exception {
    int batches = 3000;
    try (LogStore store = engine.open(ID, SMALL)) {
      for (int i = 0; i < 50; i++) {
        append(store, 1, 100);
      }
      CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
        try {
          while (store.endOffset() < batches) {
            append(store, 1, 100);
          }
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
      while (!writing.isDone()) {
        List<SegmentInfo> segments = store.segments();
        SegmentInfo first = segments.get(0);
        if (segments.size() > 3) {
          replace(store, first.baseOffset(), first.nextOffset(),
              List.of(TestBatches.batch(first.baseOffset() + 1, 1, first.baseOffset() + 1, 100)));
          assertThat(allBases(store, first.baseOffset()).get(0)).isEqualTo(first.baseOffset() + 1);
          store.dropHead(first.nextOffset());
          assertThat(store.startOffset()).isEqualTo(first.nextOffset());
        }
      }
      writing.join();
      List<Long> left = LongStream.range(store.startOffset(), batches).boxed().toList();
      assertThat(allBases(store, store.startOffset())).isEqualTo(left);
    }
    try (LogStore again = engine.open(ID, SMALL)) {
      assertThat(allBases(again, again.startOffset())).isEqualTo(LongStream.range(again.startOffset(), batches).boxed().toList());
    }
  }

  @Test
  void theLastSegmentIsTheOneThatIsWritten() throws IOException {
    try (LogStore store = engine.open(ID, SMALL)) {
      assertThat(store.lastSegment().sizeBytes()).isZero();
      for (int i = 0; i < 60; i++) {
        append(store, 1, 100);
        SegmentInfo last = store.segments().get(store.segments().size() - 1);
        SegmentInfo told = store.lastSegment();
        assertThat(told.baseOffset()).isEqualTo(last.baseOffset());
        assertThat(told.sizeBytes()).isEqualTo(last.sizeBytes());
        assertThat(told.firstTimestamp()).isEqualTo(last.firstTimestamp());
        assertThat(told.maxTimestamp()).isEqualTo(last.maxTimestamp());
      }
      assertThat(store.segmentAfter(-1)).isZero();
      assertThat(store.segmentAfter(0)).isEqualTo(store.segments().get(1).baseOffset());
      assertThat(store.segmentAfter(store.endOffset())).isEqualTo(-1);
    }
    SegmentInfo before;
    try (LogStore store = engine.open(ID, SMALL)) {
      before = store.segments().get(store.segments().size() - 1);
    }
    restart();
    if (engine.list().contains(ID)) {
      try (LogStore store = engine.open(ID, SMALL)) {
        assertThat(store.lastSegment().sizeBytes()).isEqualTo(before.sizeBytes());
        assertThat(store.lastSegment().firstTimestamp()).isEqualTo(before.firstTimestamp());
        assertThat(store.lastSegment().maxTimestamp()).isEqualTo(before.maxTimestamp());
      }
    }
  }
}
