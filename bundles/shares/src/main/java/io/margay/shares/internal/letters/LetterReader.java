package io.margay.shares.internal.letters;

import io.margay.protocol.Records;
import io.margay.protocol.record.BatchCursor;
import io.margay.protocol.record.Record;
import io.margay.protocol.record.RecordBatches;
import io.margay.protocol.record.RecordReader;
import io.margay.shares.internal.leader.DeadLetters;
import io.margay.shares.internal.leader.LogSlices;
import io.margay.shares.internal.partition.GivenUp;
import io.margay.spi.log.LogSuspendedException;
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
  /** Letters with contents from {@link #next} on and before {@link #readTo}, by offset. */
  private final Map<Long, Letter> contents = new HashMap<>();
  /** The records before it were read, or cannot be. */
  private long readTo = -1;

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

  /**
   * The next letters; empty when there are no more.
   *
   * @throws LogSuspendedException when there are none before the log goes on; then the call is repeated
   */
  List<Letter> read() throws LogSuspendedException {
    List<Letter> letters = new ArrayList<>();
    int bytes = 0;
    while (range < batch.offsets().size() && bytes < BATCH_BYTES) {
      GivenUp given = batch.offsets().get(range);
      next = Math.max(next, given.first());
      if (copies && next >= readTo) {
        try {
          readContents(given);
        } catch (LogSuspendedException e) {
          if (letters.isEmpty()) {
            throw e;
          }
          return letters;
        }
      }
      for (; next <= given.last() && bytes < BATCH_BYTES && (!copies || next < readTo); next++) {
        if (!there.contains(next)) {
          Letter letter = contents.getOrDefault(next, about(given, next));
          letters.add(letter);
          bytes += letter.sizeBytes();
        }
      }
      range += next > given.last() ? 1 : 0;
    }
    return letters;
  }

  private Letter about(GivenUp given, long offset) {
    return Letter.about(batch.key(), batch.log().id().topic(), given, offset);
  }

  /** Reads whole batches until there is enough for some letters; a batch is decompressed once. What cannot be read has no contents. */
  private void readContents(GivenUp given) throws LogSuspendedException {
    contents.clear();
    long from = next;
    try {
      long end = batch.offsets().get(batch.offsets().size() - 1).last() + 1;
      Records inMemory = LogSlices.inMemory(batch.log().read(from, BATCH_BYTES, end, true).records());
      try {
        BatchCursor cursor = RecordBatches.cursor(inMemory.bufferOrNull());
        for (int bytes = 0; bytes < BATCH_BYTES && cursor.next();) {
          bytes += copy(cursor);
          readTo = cursor.batch().nextOffset();
        }
      } finally {
        inMemory.release();
      }
    } catch (LogSuspendedException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      LOG.debug("Records that were given up cannot be read, their letters are without contents. share={} offset={}", batch.key(), from, e);
    }
    if (readTo <= from) {
      readTo = given.last() + 1;
    }
  }

  /** Makes letters of what was given up in a batch; returns their bytes. */
  private int copy(BatchCursor cursor) {
    int bytes = 0;
    int at = range;
    try (RecordReader reader = RecordReader.open(cursor.batch(), MAX_RECORD_BYTES)) {
      while (!cursor.batch().isControl() && reader.hasNext()) {
        Record record = reader.next();
        long offset = record.offset();
        while (at < batch.offsets().size() && batch.offsets().get(at).last() < offset) {
          at++;
        }
        if (at < batch.offsets().size() && offset >= Math.max(next, batch.offsets().get(at).first()) && !there.contains(offset)) {
          Letter letter = about(batch.offsets().get(at), offset).with(record.hasKey() ? record.keyBytes() : null,
              record.hasValue() ? record.valueBytes() : null, record.headers());
          contents.put(offset, letter);
          bytes += letter.sizeBytes();
        }
      }
    }
    return bytes;
  }
}
