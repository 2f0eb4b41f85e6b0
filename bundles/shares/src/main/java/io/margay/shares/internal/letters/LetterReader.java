package io.margay.shares.internal.letters;

import io.margay.protocol.Records;
import io.margay.protocol.record.BatchCursor;
import io.margay.protocol.record.Record;
import io.margay.protocol.record.RecordBatches;
import io.margay.protocol.record.RecordReader;
import io.margay.shares.internal.leader.DeadLetters;
import io.margay.shares.internal.leader.LogSlices;
import io.margay.shares.internal.partition.GivenUp;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes letters of what was given up, some at a time. May wait for a disk. Used by one thread at a time. */
final class LetterReader {
  /** So many bytes of letters are made at a time, or one letter. */
  static final int BATCH_BYTES = 256 * 1024;
  private static final Logger LOG = LoggerFactory.getLogger(LetterReader.class);
  private static final int MAX_RECORD_BYTES = 64 << 20;

  private final DeadLetters.Batch batch;
  private final Set<Long> there;
  private final boolean copies;
  private int range;
  private long next = -1;

  /**
   * @param batch what was given up
   * @param there offsets about which there are letters
   * @param copies whether letters have what is in the records
   */
  LetterReader(DeadLetters.Batch batch, Set<Long> there, boolean copies) {
    this.batch = batch;
    this.there = there;
    this.copies = copies;
  }

  /** The next letters; empty when there are no more. */
  List<Letter> read() {
    List<Letter> letters = new ArrayList<>();
    int bytes = 0;
    while (range < batch.offsets().size() && bytes < BATCH_BYTES) {
      GivenUp given = batch.offsets().get(range);
      next = Math.max(next, given.first());
      Map<Long, Letter> contents = copies ? contents(given, next) : Map.of();
      long stop = contents.isEmpty() ? given.last() : Math.max(next, contents.keySet().stream().mapToLong(o -> o).max().orElse(next));
      for (; next <= stop; next++) {
        if (!there.contains(next)) {
          Letter letter = contents.getOrDefault(next, Letter.about(batch.key(), batch.log().id().topic(), given, next));
          letters.add(letter);
          bytes += letter.sizeBytes();
        }
      }
      range += next > given.last() ? 1 : 0;
    }
    return letters;
  }

  /** Letters with contents from an offset on, by offset: as many as fit; empty when the records cannot be read. */
  private Map<Long, Letter> contents(GivenUp given, long from) {
    Map<Long, Letter> found = new HashMap<>();
    try {
      Records records = batch.log().read(from, BATCH_BYTES, given.last() + 1, true).records();
      Records inMemory = LogSlices.inMemory(records);
      try {
        BatchCursor cursor = RecordBatches.cursor(inMemory.bufferOrNull());
        while (cursor.next()) {
          copy(cursor, given, from, found);
        }
      } finally {
        inMemory.release();
      }
    } catch (IOException | RuntimeException e) {
      LOG.debug("Records that were given up cannot be read, their letters are without contents. share={} offset={}", batch.key(), from, e);
    }
    return found;
  }

  private void copy(BatchCursor cursor, GivenUp given, long from, Map<Long, Letter> found) {
    try (RecordReader reader = RecordReader.open(cursor.batch(), MAX_RECORD_BYTES)) {
      while (!cursor.batch().isControl() && reader.hasNext()) {
        Record record = reader.next();
        if (record.offset() >= from && record.offset() <= given.last()) {
          found.put(record.offset(), Letter.about(batch.key(), batch.log().id().topic(), given, record.offset())
              .with(record.hasKey() ? record.keyBytes() : null, record.hasValue() ? record.valueBytes() : null, record.headers()));
        }
      }
    }
  }
}
