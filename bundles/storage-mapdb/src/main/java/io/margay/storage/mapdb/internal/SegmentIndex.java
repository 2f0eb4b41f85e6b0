package io.margay.storage.mapdb.internal;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.mapdb.DataInput2;
import org.mapdb.DataOutput2;
import org.mapdb.Serializer;
import org.mapdb.Store;

/**
 * The batches of one segment, as records of the {@link Store}: one for each batch, one for each 32 rows of the index, and one that
 * names those. A map of MapDB would do the same but never frees a leaf that has become empty, and logs lose their head.
 *
 * <pre>
 * segment: for each chunk: base offset of its first row (8), record of the chunk (8), highest timestamp in it, once it is full (8)
 * chunk:   number of rows (4), then rows, with room for a few more
 * row:     base offset (8), last offset delta (4), bytes (4), highest timestamp (8), record of the bytes (8)
 * </pre>
 *
 * All calls under a lock of the {@link Database}, those that change something under the write lock.
 */
final class SegmentIndex {
  /** A segment holds no more batches, so that its own record stays small. */
  static final int MAX_BATCHES = 8192;
  static final int ROWS = 32;
  private static final int ROWS_STEP = 8;
  private static final int ROW = 32;
  private static final int ENTRY = 24;
  private static final Serializer<byte[]> BYTES = Serializer.BYTE_ARRAY_NOSIZE;

  private SegmentIndex() {
  }

  /** What to do with each batch. */
  @FunctionalInterface
  interface Visitor {
    /** @return false to end the walk */
    boolean visit(Batch batch) throws IOException;
  }

  /** @return number of the record of a new segment, without batches */
  static long create(Store store) {
    return store.put(new byte[0], BYTES);
  }

  /** Adds batches at the end. @param bytes holds them one after the other from its reader index on */
  static void append(Store store, long segment, ByteBuf bytes, List<Batch> batches) {
    ByteBuffer chunks = get(store, segment);
    int at = bytes.readerIndex();
    int next = 0;
    while (next < batches.size()) {
      List<Batch> rows = chunks.hasRemaining() ? rows(store, lastChunk(chunks)) : new ArrayList<>();
      boolean fresh = !chunks.hasRemaining() || rows.size() == ROWS;
      if (fresh) {
        chunks = withNewChunk(store, chunks, rows, batches.get(next).baseOffset());
        store.update(segment, chunks.array(), BYTES);
        rows = new ArrayList<>();
      }
      while (next < batches.size() && rows.size() < ROWS) {
        Batch batch = batches.get(next++);
        rows.add(batch.at(store.put(new Part(bytes, at, batch.sizeBytes()), PART)));
        at += batch.sizeBytes();
      }
      store.update(lastChunk(chunks), encode(rows), BYTES);
    }
  }

  private static ByteBuffer withNewChunk(Store store, ByteBuffer chunks, List<Batch> lastRows, long baseOffset) {
    ByteBuffer longer = ByteBuffer.allocate(chunks.limit() + ENTRY).put(chunks.array());
    if (!lastRows.isEmpty()) {
      longer.putLong(chunks.limit() - 8, lastRows.stream().mapToLong(Batch::maxTimestamp).max().orElse(-1));
    }
    return longer.putLong(baseOffset).putLong(store.put(encode(List.of()), BYTES)).putLong(-1).flip();
  }

  private static ByteBuffer get(Store store, long recid) {
    return ByteBuffer.wrap(store.get(recid, BYTES));
  }

  private static long lastChunk(ByteBuffer chunks) {
    return chunks.getLong(chunks.limit() - ENTRY + 8);
  }

  private static List<Batch> rows(Store store, long chunk) {
    ByteBuffer bytes = get(store, chunk);
    int count = bytes.getInt();
    List<Batch> rows = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long base = bytes.getLong();
      rows.add(new Batch(base, base + bytes.getInt() + 1, bytes.getInt(), bytes.getLong(), bytes.getLong()));
    }
    return rows;
  }

  private static byte[] encode(List<Batch> rows) {
    int room = (rows.size() + ROWS_STEP - 1) / ROWS_STEP * ROWS_STEP;
    ByteBuffer bytes = ByteBuffer.allocate(4 + ROW * Math.max(ROWS_STEP, room)).putInt(rows.size());
    for (Batch row : rows) {
      bytes.putLong(row.baseOffset()).putInt((int) (row.nextOffset() - row.baseOffset() - 1)).putInt(row.sizeBytes())
          .putLong(row.maxTimestamp()).putLong(row.recid());
    }
    return bytes.array();
  }

  /**
   * Visits batches in order.
   *
   * @param from batches that end before or at it are skipped
   * @param timestamp full chunks without such a high timestamp are skipped
   */
  static void walk(Store store, long segment, long from, long timestamp, Visitor visitor) throws IOException {
    ByteBuffer chunks = get(store, segment);
    int count = chunks.limit() / ENTRY;
    for (int i = floor(chunks, count, from); i < count; i++) {
      long max = chunks.getLong(i * ENTRY + 16);
      if (i < count - 1 && max < timestamp) {
        continue;
      }
      for (Batch batch : rows(store, chunks.getLong(i * ENTRY + 8))) {
        if (batch.nextOffset() > from && !visitor.visit(batch)) {
          return;
        }
      }
    }
  }

  /** @return the last chunk that begins at or before an offset, or the first one */
  private static int floor(ByteBuffer chunks, int count, long offset) {
    int low = 0;
    int high = count - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (chunks.getLong(middle * ENTRY) <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** Copies a batch's bytes. */
  static void read(Store store, Batch batch, byte[] target, int at) throws IOException {
    byte[] bytes = store.get(batch.recid(), BYTES);
    if (bytes.length != batch.sizeBytes()) {
      throw new IOException("the database is damaged: the batch at offset " + batch.baseOffset() + " has " + bytes.length
          + " bytes, expected " + batch.sizeBytes());
    }
    System.arraycopy(bytes, 0, target, at, bytes.length);
  }

  /** Deletes all batches that end after an offset. */
  static void cut(Store store, long segment, long offset) {
    ByteBuffer chunks = get(store, segment);
    int count = chunks.limit() / ENTRY;
    boolean cut = true;
    while (cut && count > 0) {
      List<Batch> rows = rows(store, chunks.getLong((count - 1) * ENTRY + 8));
      int kept = rows.size();
      while (kept > 0 && rows.get(kept - 1).nextOffset() > offset) {
        store.delete(rows.get(--kept).recid(), BYTES);
      }
      if (kept == 0) {
        store.delete(chunks.getLong((count - 1) * ENTRY + 8), BYTES);
        count--;
      } else {
        cut = false;
        if (kept < rows.size()) {
          store.update(chunks.getLong((count - 1) * ENTRY + 8), encode(rows.subList(0, kept)), BYTES);
        }
      }
    }
    byte[] left = new byte[count * ENTRY];
    System.arraycopy(chunks.array(), 0, left, 0, left.length);
    store.update(segment, left, BYTES);
  }

  /**
   * Deletes a part of a segment that is not used any more.
   *
   * @return false when nothing is left of it
   */
  static boolean deleteSome(Store store, long segment) {
    ByteBuffer chunks = get(store, segment);
    if (!chunks.hasRemaining()) {
      store.delete(segment, BYTES);
      return false;
    }
    long chunk = lastChunk(chunks);
    for (Batch row : rows(store, chunk)) {
      store.delete(row.recid(), BYTES);
    }
    store.delete(chunk, BYTES);
    byte[] left = new byte[chunks.limit() - ENTRY];
    System.arraycopy(chunks.array(), 0, left, 0, left.length);
    store.update(segment, left, BYTES);
    return true;
  }

  /** A part of a buffer on its way to the database. */
  private record Part(ByteBuf bytes, int at, int length) { }

  private static final Serializer<Part> PART = new Serializer<>() {
    @Override
    public void serialize(DataOutput2 out, Part part) throws IOException {
      byte[] copy = new byte[part.length()];
      part.bytes().getBytes(part.at(), copy);
      out.write(copy, 0, copy.length);
    }

    @Override
    public Part deserialize(DataInput2 in, int available) {
      throw new UnsupportedOperationException("batches are read as bytes");
    }
  };
}
