package io.margay.storage.memory.internal;

import io.margay.spi.storage.LogSlice;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.SegmentInfo;
import io.margay.spi.storage.StoreConfig;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongBinaryOperator;

/** A log of the memory engine that knows what a crash would take from it. */
final class SimulatedStore implements LogStore {
  private final MemoryLogStore store;
  private final Map<String, byte[]> synced = new HashMap<>();
  private boolean clean = true;
  private boolean wasClean = true;

  SimulatedStore(MemoryLogStore store) {
    this.store = store;
    store.close();
  }

  void open(StoreConfig config) {
    store.reopen(config);
    wasClean = clean;
    clean = false;
  }

  /** Its process has ended without a close. */
  void abandon() {
    store.close();
  }

  /** Its machine has ended; its process before that. */
  void lose(LongBinaryOperator chance) {
    try {
      store.reopen(StoreConfig.DEFAULT);
      long end = store.endOffset();
      store.truncateTo(chance.applyAsLong(Math.min(store.flushedOffset(), end), end));
      store.flush();
      for (String name : store.blobs()) {
        if (chance.applyAsLong(0, 1) == 0) {
          revert(name);
        }
      }
      store.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void revert(String name) {
    byte[] before = synced.get(name);
    if (before == null) {
      store.deleteBlob(name);
    } else {
      store.writeBlob(name, before, true);
    }
  }

  @Override
  public long startOffset() {
    return store.startOffset();
  }

  @Override
  public long endOffset() {
    return store.endOffset();
  }

  @Override
  public long sizeBytes() {
    return store.sizeBytes();
  }

  @Override
  public boolean wasClean() {
    return wasClean;
  }

  @Override
  public long flushedOffset() {
    return store.flushedOffset();
  }

  @Override
  public List<SegmentInfo> segments() {
    return store.segments();
  }

  @Override
  public void append(ByteBuf batches, long baseOffset, long nextOffset, long maxTimestamp) throws IOException {
    store.append(batches, baseOffset, nextOffset, maxTimestamp);
  }

  @Override
  public LogSlice read(long offset, int maxBytes, long endOffset, boolean atLeastOne) throws IOException {
    return store.read(offset, maxBytes, endOffset, atLeastOne);
  }

  @Override
  public boolean isHot(long offset) {
    return true;
  }

  @Override
  public long findByTimestamp(long timestamp, long fromOffset) throws IOException {
    return store.findByTimestamp(timestamp, fromOffset);
  }

  @Override
  public void roll() throws IOException {
    store.roll();
  }

  @Override
  public void truncateTo(long offset) throws IOException {
    store.truncateTo(offset);
  }

  @Override
  public long dropHead(long offset) throws IOException {
    return store.dropHead(offset);
  }

  @Override
  public void resetTo(long offset) throws IOException {
    store.resetTo(offset);
  }

  @Override
  public Replacement prepareReplacement(long fromOffset, long toOffset, Iterable<ByteBuf> batches) throws IOException {
    return store.prepareReplacement(fromOffset, toOffset, batches);
  }

  @Override
  public long flush() throws IOException {
    return store.flush();
  }

  @Override
  public void configure(StoreConfig config) {
    store.configure(config);
  }

  @Override
  public byte[] readBlob(String name) {
    return store.readBlob(name);
  }

  @Override
  public void writeBlob(String name, byte[] bytes, boolean sync) {
    store.writeBlob(name, bytes, sync);
    if (sync) {
      synced.put(name, bytes.clone());
    }
  }

  @Override
  public void deleteBlob(String name) {
    store.deleteBlob(name);
    synced.remove(name);
  }

  @Override
  public List<String> blobs() {
    return store.blobs().stream().sorted().toList();
  }

  @Override
  public void close() throws IOException {
    store.flush();
    store.close();
    clean = true;
  }
}
