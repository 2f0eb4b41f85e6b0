package io.margay.storage.mapdb.internal;

import io.margay.model.TopicIdPartition;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.mapdb.Serializer;

/**
 * What the database keeps of one log: its row and its small files. {@link #state} is the result of the last change; a reader gets
 * it under the read lock, so that the records that it names match it. Safe for all threads.
 */
final class LogRow {
  private final Database db;
  private final TopicIdPartition id;
  private final long number;
  private volatile LogState state;
  /** The last change of the batches. */
  private volatile long changed;
  private volatile boolean closed;

  /** A change of what is kept; runs under the write lock. */
  @FunctionalInterface
  interface Change {
    /** @return what is kept afterwards */
    LogState make(Database db, LogState before) throws IOException;
  }

  /** Runs under the read lock. */
  @FunctionalInterface
  interface Reading<T> {
    T read(Database db, LogState now) throws IOException;
  }

  /** @param number the key of the row */
  LogRow(Database db, TopicIdPartition id, long number, LogState state) {
    this.db = db;
    this.id = id;
    this.number = number;
    this.state = state;
  }

  Database db() {
    return db;
  }

  TopicIdPartition id() {
    return id;
  }

  LogState state() {
    return state;
  }

  long startOffset() {
    return state.segments().get(0).baseOffset();
  }

  long endOffset() {
    return state.last().nextOffset();
  }

  /** The database's number of the last change of the batches. */
  long changed() {
    return changed;
  }

  void refuseIfClosed() throws IOException {
    if (closed) {
      throw new IOException("the log of " + id + " is closed");
    }
  }

  <T> T read(Reading<T> reading) throws IOException {
    return db.read(d -> {
      refuseIfClosed();
      return reading.read(d, state);
    });
  }

  /** Makes a change. The returned state is written, and counts when the change is complete. */
  void change(Change change) throws IOException {
    db.change(d -> {
      refuseIfClosed();
      LogState before = state;
      LogState after = change.make(d, before);
      return after == before ? after : save(d, after.withClean(false));
    }, this::changed);
  }

  /**
   * As {@link #change}, and then changes the figures of the last segment. They are not written each time: after a crash they are
   * computed from its index.
   */
  void append(Change change, UnaryOperator<LogState> figures) throws IOException {
    db.change(d -> {
      refuseIfClosed();
      LogState before = state;
      LogState after = change.make(d, before);
      return figures.apply(after != before || before.clean() ? save(d, after.withClean(false)) : after);
    }, this::changed);
  }

  private LogState save(Database d, LogState now) {
    d.partitions().put(number, now.encode(id));
    return now;
  }

  private void changed(LogState now) {
    state = now;
    changed = db.sequence();
  }

  byte[] readBlob(String name) throws IOException {
    BlobNames.check(name);
    return read((d, now) -> {
      Long recid = now.blobs().get(name);
      return recid == null ? null : d.store().get(recid, Serializer.BYTE_ARRAY_NOSIZE);
    });
  }

  void writeBlob(String name, byte[] bytes, boolean sync) throws IOException {
    BlobNames.check(name);
    long change = changeBlobs(name, bytes);
    if (sync) {
      db.force(change);
    }
  }

  void deleteBlob(String name) throws IOException {
    BlobNames.check(name);
    if (state.blobs().containsKey(name)) {
      changeBlobs(name, null);
    }
  }

  private long changeBlobs(String name, byte[] bytes) throws IOException {
    long[] change = {0};
    db.change(d -> {
      refuseIfClosed();
      Map<String, Long> blobs = new HashMap<>(state.blobs());
      Long old = blobs.remove(name);
      if (old != null && bytes != null) {
        d.store().update(old, bytes, Serializer.BYTE_ARRAY_NOSIZE);
        blobs.put(name, old);
      } else if (old != null) {
        d.store().delete(old, Serializer.BYTE_ARRAY_NOSIZE);
      } else if (bytes != null) {
        blobs.put(name, d.store().put(bytes, Serializer.BYTE_ARRAY_NOSIZE));
      }
      LogState after = state.withBlobs(blobs);
      return after.blobs().equals(state.blobs()) ? after : save(d, after);
    }, after -> {
      state = after;
      change[0] = db.sequence();
    });
    return change[0];
  }

  /** Writes that the log is closed cleanly, unless that is written. */
  void markClean() throws IOException {
    if (!state.clean()) {
      db.change(d -> save(d, state.withClean(true)), after -> state = after);
    }
  }

  boolean closed() {
    return closed;
  }

  /** All further calls fail. */
  void close() {
    closed = true;
  }
}
