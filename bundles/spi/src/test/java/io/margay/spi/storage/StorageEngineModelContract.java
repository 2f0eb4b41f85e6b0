package io.margay.spi.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random calls on a log and on the simplest thing that does the same: a list of batches. The log is closed and opened, and
 * taken over as a killed process would leave it, in between. The seed is the test's parameter.
 */
public abstract class StorageEngineModelContract extends StorageEngineFixture {
  private static final int STEPS = 250;

  private record Batch(long base, long next, long timestamp, ByteBuf bytes) { }

  private final List<Batch> model = new ArrayList<>();
  private long end;
  private Random random;
  private LogStore store;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void agreesWithAModel(long seed) throws IOException {
    random = new Random(seed);
    store = engine.open(ID, SMALL);
    for (int step = 0; step < STEPS; step++) {
      int dice = random.nextInt(100);
      if (dice < 60) {
        append();
      } else if (dice < 68) {
        truncate();
      } else if (dice < 72) {
        dropHead();
      } else if (dice < 74) {
        reset();
      } else if (dice < 80) {
        replace();
      } else if (dice < 84) {
        store.roll();
      } else if (dice < 88) {
        assertThat(store.flush()).isEqualTo(store.endOffset());
      } else if (dice < 92) {
        reopen();
      } else if (dice < 94) {
        takeOver();
      }
      verify("seed " + seed + " step " + step);
    }
    store.close();
  }

  private void append() throws IOException {
    long base = end + (random.nextInt(5) == 0 ? random.nextInt(4) : 0);
    int records = 1 + random.nextInt(5);
    long timestamp = 1000 + random.nextInt(300);
    ByteBuf bytes = TestBatches.batch(base, records, timestamp, random.nextInt(500));
    store.append(bytes, base, base + records, timestamp);
    model.add(new Batch(base, base + records, timestamp, bytes));
    end = base + records;
  }

  private void truncate() throws IOException {
    long span = Math.min(40, end - store.startOffset());
    long offset = end - (span <= 0 ? 0 : random.nextInt((int) span + 1));
    store.truncateTo(offset);
    long cut = offset;
    for (Batch batch : model) {
      if (batch.next > offset) {
        cut = Math.min(cut, batch.base);
      }
    }
    model.removeIf(batch -> batch.next > offset);
    end = Math.min(end, cut);
  }

  private void dropHead() throws IOException {
    store.dropHead(store.startOffset() + random.nextInt(60));
    long start = store.startOffset();
    model.removeIf(batch -> batch.base < start);
  }

  private void reset() throws IOException {
    end = random.nextInt(3000);
    store.resetTo(end);
    model.clear();
  }

  private void replace() throws IOException {
    List<SegmentInfo> segments = store.segments();
    if (segments.size() < 2) {
      return;
    }
    int from = random.nextInt(segments.size() - 1);
    int to = from + random.nextInt(segments.size() - 1 - from);
    long fromOffset = segments.get(from).baseOffset();
    long toOffset = segments.get(to).nextOffset();
    List<Batch> kept = new ArrayList<>();
    for (Batch batch : model) {
      boolean inside = batch.base >= fromOffset && batch.next <= toOffset;
      if (!inside || random.nextBoolean()) {
        kept.add(batch);
      }
    }
    replace(store, fromOffset, toOffset,
        kept.stream().filter(batch -> batch.base >= fromOffset && batch.next <= toOffset).map(Batch::bytes).toList());
    model.clear();
    model.addAll(kept);
  }

  private void reopen() throws IOException {
    long before = store.endOffset();
    store.close();
    if (engine.promise() == StorageEngine.Promise.DURABLE && random.nextBoolean()) {
      restart();
    }
    store = engine.open(ID, SMALL);
    assertThat(store.wasClean()).isTrue();
    acceptEnd(before);
  }

  private void takeOver() throws IOException {
    if (engine.promise() != StorageEngine.Promise.DURABLE) {
      return;
    }
    long before = store.endOffset();
    kill();
    store = engine.open(ID, SMALL);
    acceptEnd(before);
  }

  /** An end that a truncation put into a gap may be forgotten: then it is the end of what is there. */
  private void acceptEnd(long before) {
    long last = model.isEmpty() ? store.segments().get(store.segments().size() - 1).baseOffset()
        : model.get(model.size() - 1).next;
    assertThat(store.endOffset()).isBetween(Math.min(last, before), before);
    end = store.endOffset();
  }

  private void verify(String when) throws IOException {
    assertThat(store.endOffset()).as(when).isEqualTo(end);
    assertThat(store.startOffset()).as(when).isLessThanOrEqualTo(end);
    assertThat(store.flushedOffset()).as(when).isLessThanOrEqualTo(end);
    assertThat(store.sizeBytes()).as(when).isEqualTo(model.stream().mapToLong(batch -> batch.bytes.readableBytes()).sum());
    assertThat(allBases(store, store.startOffset())).as(when).isEqualTo(model.stream().map(Batch::base).toList());
    if (model.isEmpty()) {
      return;
    }
    int index = random.nextInt(model.size());
    Batch batch = model.get(index);
    long offset = batch.base + random.nextInt((int) (batch.next - batch.base));
    assertThat(bytes(store.read(offset, 0, Long.MAX_VALUE, true))).as(when).isEqualTo(batch.bytes);
    long timestamp = 1000 + random.nextInt(320);
    long expected = model.stream().filter(b -> b.next > offset && b.timestamp >= timestamp)
        .findFirst().map(Batch::base).orElse(-1L);
    assertThat(store.findByTimestamp(timestamp, offset)).as(when + " timestamp " + timestamp + " from " + offset)
        .isEqualTo(expected);
    long max = store.segments().stream().mapToLong(SegmentInfo::maxTimestamp).max().orElse(-1);
    assertThat(max).as(when).isEqualTo(model.stream().mapToLong(Batch::timestamp).max().orElse(-1));
  }
}
