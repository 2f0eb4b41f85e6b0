package io.margay.replication.internal;

import io.margay.model.LeaderEpoch;
import io.margay.model.TopicIdPartition;
import io.margay.protocol.BufferRecords;
import io.margay.protocol.Errors;
import io.margay.protocol.Records;
import io.margay.protocol.record.BatchCursor;
import io.margay.protocol.record.RecordBatch;
import io.margay.spi.log.LogConfig;
import io.margay.spi.log.LogSuspendedException;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.storage.LogSlice;
import io.margay.spi.storage.SegmentInfo;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A log in memory: batches as byte arrays by base offset. Counts the records that are read and not released. */
public final class FakeLog implements PartitionLog {
  /** Records that were read from any log and are not released. */
  public static final AtomicInteger UNRELEASED = new AtomicInteger();

  private record Stored(byte[] bytes, long nextOffset, long maxTimestamp, int epoch) { }

  private final TopicIdPartition id;
  private final TreeMap<Long, Stored> batches = new TreeMap<>();
  private final TreeMap<Integer, Long> epochs = new TreeMap<>();
  private final List<Runnable> flushes = new ArrayList<>();
  private int current = -1;
  private volatile LogConfig config;
  private volatile long start;
  private volatile long end;
  private volatile long flushed;
  private volatile long highWatermark;
  private volatile boolean closed;
  private final FakeVerifications verifications = new FakeVerifications();
  /** Set by tests. */
  public volatile boolean hot = true;
  public volatile boolean offline;
  public volatile long lastStableOffset = Long.MAX_VALUE;
  public volatile Appended nextAppend;
  /** Whether the next append finds nothing of its producer's verification, as in a log that was opened again. */
  public volatile boolean forgetsVerification;
  /** Run once, after the next append. */
  public Runnable afterAppend;
  private final AtomicInteger refused = new AtomicInteger();
  private volatile boolean suspended;
  private volatile Runnable suspensionListener = () -> { };
  public volatile IOException readFailure;
  public volatile Error readError;
  public volatile Error appendError;
  public volatile Error boundsError;
  public volatile IOException epochFailure;
  public volatile CountDownLatch holdReads = new CountDownLatch(0);
  private volatile boolean read;
  public List<AbortedTransaction> aborted = List.of();
  public List<ProducerInfo> producers = List.of();

  public FakeLog(TopicIdPartition id, LogConfig config) {
    this.id = id;
    this.config = config;
  }

  @Override
  public TopicIdPartition id() {
    return id;
  }

  @Override
  public synchronized Appended appendAsLeader(ByteBuf records, LeaderEpoch leaderEpoch, Origin origin) {
    if (suspended) {
      return Appended.SUSPENDED;
    }
    if (appendError != null) {
      throw appendError;
    }
    if (nextAppend != null) {
      return nextAppend;
    }
    if (forgetsVerification) {
      forgetsVerification = false;
      verifications.forgetAll();
      return Appended.failed(Errors.INVALID_TXN_STATE, "the transaction is not known to be under way");
    }
    if (leaderEpoch.value() < current) {
      return Appended.failed(Errors.NOT_LEADER_OR_FOLLOWER, "old epoch");
    }
    RecordBatch batch = new RecordBatch().wrap(records, records.readerIndex());
    batch.setBaseOffset(end);
    batch.setPartitionLeaderEpoch(leaderEpoch.value());
    byte[] bytes = new byte[records.readableBytes()];
    records.getBytes(records.readerIndex(), bytes);
    long base = end;
    batches.put(base, new Stored(bytes, batch.nextOffset(), batch.maxTimestamp(), leaderEpoch.value()));
    end = batch.nextOffset();
    Runnable after = afterAppend;
    afterAppend = null;
    if (after != null) {
      after.run();
    }
    return Appended.at(base, end, -1, false);
  }

  @Override
  public synchronized Appended appendMirrored(ByteBuf records, LeaderEpoch leaderEpoch, long fetchOffset, String source) {
    if (!source.equals(config.batches().mirrorSource())) {
      return Appended.failed(Errors.POLICY_VIOLATION, "no mirror of " + source);
    }
    BatchCursor cursor = new BatchCursor().wrap(records, records.readerIndex(), records.readableBytes());
    while (cursor.next()) {
      cursor.batch().setPartitionLeaderEpoch(leaderEpoch.value());
    }
    return appendAsFollower(records, leaderEpoch, fetchOffset);
  }

  @Override
  public synchronized Appended appendAsFollower(ByteBuf records, LeaderEpoch leaderEpoch, long fetchOffset) {
    if (suspended) {
      return Appended.SUSPENDED;
    }
    if (leaderEpoch.value() < current) {
      return Appended.failed(Errors.NOT_LEADER_OR_FOLLOWER, "old epoch");
    }
    if (fetchOffset != end) {
      return Appended.failed(Errors.OFFSET_OUT_OF_RANGE, "fetched from " + fetchOffset + ", the end is " + end);
    }
    long base = -1;
    BatchCursor cursor = new BatchCursor().wrap(records, records.readerIndex(), records.readableBytes());
    while (cursor.next()) {
      RecordBatch batch = cursor.batch();
      if (batch.baseOffset() < end) {
        return Appended.failed(Errors.OFFSET_OUT_OF_RANGE, "begins at " + batch.baseOffset() + ", the end is " + end);
      }
      byte[] bytes = new byte[batch.sizeBytes()];
      records.getBytes(cursor.position(), bytes);
      base = base < 0 ? batch.baseOffset() : base;
      int epoch = batch.partitionLeaderEpoch();
      if (epochs.isEmpty() || epochs.lastKey() < epoch) {
        epochs.put(epoch, batch.baseOffset());
      }
      batches.put(batch.baseOffset(), new Stored(bytes, batch.nextOffset(), batch.maxTimestamp(), epoch));
      end = batch.nextOffset();
    }
    return Appended.at(base < 0 ? end : base, end, -1, false);
  }

  /** Whether a read has begun. */
  public boolean isRead() {
    return read;
  }

  @Override
  public LogSlice read(long offset, int maxBytes, long endOffset, boolean atLeastOne) throws IOException {
    read = true;
    try {
      if (!holdReads.await(60, TimeUnit.SECONDS)) {
        throw new AssertionError("held for ever");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return readNow(offset, maxBytes, endOffset, atLeastOne);
  }

  private synchronized LogSlice readNow(long offset, int maxBytes, long endOffset, boolean atLeastOne) throws IOException {
    requireUsable();
    if (readError != null) {
      throw readError;
    }
    if (readFailure != null) {
      throw readFailure;
    }
    if (offset < start || offset > end) {
      throw new IndexOutOfBoundsException("offset " + offset);
    }
    Long first = batches.floorKey(offset);
    ByteBuf found = Unpooled.buffer();
    long base = offset;
    for (var entry : first == null ? batches.entrySet() : batches.tailMap(first).entrySet()) {
      byte[] bytes = entry.getValue().bytes;
      if (entry.getValue().nextOffset <= offset) {
        continue;
      }
      boolean fits = found.readableBytes() + bytes.length <= maxBytes || atLeastOne && found.readableBytes() == 0;
      if (entry.getKey() >= endOffset || !fits) {
        break;
      }
      base = found.readableBytes() == 0 ? entry.getKey() : base;
      found.writeBytes(bytes);
    }
    if (!found.isReadable()) {
      return LogSlice.empty(offset);
    }
    UNRELEASED.incrementAndGet();
    return new LogSlice(new CountedRecords(new BufferRecords(found)), base);
  }

  @Override
  public boolean isHot(long offset) {
    return hot;
  }

  @Override
  public long logStartOffset() {
    if (boundsError != null) {
      throw boundsError;
    }
    return start;
  }

  @Override
  public long logEndOffset() {
    return end;
  }

  @Override
  public long highWatermark() {
    return highWatermark;
  }

  @Override
  public void setHighWatermark(long offset) {
    highWatermark = Math.max(highWatermark, offset);
  }

  @Override
  public long lastStableOffset() {
    return Math.min(lastStableOffset, highWatermark);
  }

  @Override
  public List<AbortedTransaction> abortedTransactions(long fromOffset, long toOffset) {
    return aborted;
  }

  @Override
  public synchronized long sizeBytes() {
    return batches.values().stream().mapToLong(stored -> stored.bytes.length).sum();
  }

  @Override
  public List<SegmentInfo> segments() {
    return List.of();
  }

  @Override
  public long flushedOffset() {
    return flushed;
  }

  @Override
  public synchronized void requestFlush(Runnable whenFlushed) {
    flushes.add(whenFlushed);
  }

  /** What the flusher does. */
  public void flush() {
    flush(!offline);
  }

  /** As {@link #flush()}; without success when the log is closed or suspended meanwhile. */
  public void flush(boolean success) {
    List<Runnable> done;
    synchronized (this) {
      flushed = success ? end : flushed;
      done = List.copyOf(flushes);
      flushes.clear();
    }
    done.forEach(Runnable::run);
  }

  @Override
  public synchronized FoundOffset findByTimestamp(long timestamp) throws IOException {
    requireUsable();
    return batches.entrySet().stream().filter(e -> e.getValue().maxTimestamp >= timestamp)
        .map(e -> new FoundOffset(e.getKey(), e.getValue().maxTimestamp, e.getValue().epoch)).findFirst().orElse(null);
  }

  @Override
  public synchronized FoundOffset findMaxTimestamp() {
    FoundOffset best = null;
    for (var e : batches.entrySet()) {
      if (best == null || e.getValue().maxTimestamp > best.timestamp()) {
        best = new FoundOffset(e.getKey(), e.getValue().maxTimestamp, e.getValue().epoch);
      }
    }
    return best;
  }

  @Override
  public synchronized LeaderEpoch latestEpoch() {
    return epochs.isEmpty() ? LeaderEpoch.NONE : new LeaderEpoch(epochs.lastKey());
  }

  @Override
  public synchronized EpochEnd endOfEpoch(int epoch) {
    Integer known = epochs.floorKey(epoch);
    if (known == null) {
      return new EpochEnd(-1, -1);
    }
    Integer next = epochs.higherKey(known);
    return new EpochEnd(known, next == null ? end : epochs.get(next));
  }

  @Override
  public synchronized int epochAt(long offset) {
    int found = -1;
    for (var e : epochs.entrySet()) {
      found = e.getValue() <= offset ? e.getKey() : found;
    }
    return found;
  }

  @Override
  public synchronized void beginEpoch(LeaderEpoch epoch) throws IOException {
    requireUsable();
    if (epochFailure != null) {
      throw epochFailure;
    }
    advanceTo(epoch);
    epochs.values().removeIf(begin -> begin >= end);
    epochs.putIfAbsent(epoch.value(), end);
  }

  @Override
  public synchronized void followEpoch(LeaderEpoch epoch) throws IOException {
    requireUsable();
    advanceTo(epoch);
    epochs.values().removeIf(begin -> begin >= end);
  }

  private void advanceTo(LeaderEpoch epoch) {
    if (epoch.value() < current) {
      throw new IllegalArgumentException("old epoch " + epoch);
    }
    current = epoch.value();
  }

  @Override
  public void advanceStart(long offset) throws IOException {
    requireUsable();
    start = Math.max(start, offset);
  }

  @Override
  public synchronized boolean truncateTo(long offset, LeaderEpoch leaderEpoch) throws IOException {
    requireUsable();
    if (leaderEpoch.value() < current) {
      return false;
    }
    epochs.values().removeIf(begin -> begin >= offset);
    Long holding = batches.floorKey(offset - 1);
    long cut = holding != null && batches.get(holding).nextOffset > offset ? holding : offset;
    batches.tailMap(cut, true).clear();
    end = Math.min(end, cut);
    flushed = Math.min(flushed, end);
    highWatermark = Math.min(highWatermark, end);
    return true;
  }

  @Override
  public synchronized boolean truncateFullyAndStartAt(long offset, LeaderEpoch leaderEpoch) throws IOException {
    requireUsable();
    if (leaderEpoch.value() < current) {
      return false;
    }
    batches.clear();
    epochs.clear();
    start = offset;
    end = offset;
    flushed = offset;
    highWatermark = offset;
    return true;
  }

  /** Base offsets and epochs of the batches. */
  public synchronized List<String> contents() {
    List<String> contents = new ArrayList<>();
    batches.forEach((base, stored) -> contents.add(base + "@" + stored.epoch));
    return contents;
  }

  @Override
  public long beginVerification(long producerId, short producerEpoch) {
    return verifications.begin(producerId);
  }

  @Override
  public boolean endVerification(long producerId, long number) {
    return verifications.end(producerId, number);
  }

  /** As when a marker ends the producer's transaction. */
  public void endTransaction(long producerId) {
    verifications.forget(producerId);
  }

  @Override
  public List<ProducerInfo> producers() {
    return producers;
  }

  @Override
  public LogConfig config() {
    return config;
  }

  @Override
  public void configure(LogConfig changed) {
    config = changed;
  }

  @Override
  public boolean suspended() {
    return suspended;
  }

  @Override
  public void onSuspensionChange(Runnable listener) {
    suspensionListener = listener;
  }

  private void requireUsable() throws LogSuspendedException {
    if (suspended) {
      refused.incrementAndGet();
      throw new LogSuspendedException("suspended");
    }
  }

  /** Its engine goes, or another one comes; {@code tell} false leaves the listener to {@link #tellSuspensionChange}. */
  public void suspend(boolean now, boolean tell) {
    suspended = now;
    if (tell) {
      tellSuspensionChange();
    }
  }

  /** Waits until a call on another thread was refused, unless none is expected; then forgets it. */
  public void awaitRefusedCall(boolean none) {
    TestBroker.awaitTrue(() -> none || refused.get() > 0);
    refused.set(0);
  }

  public void tellSuspensionChange() {
    suspensionListener.run();
  }

  /** As an engine that keeps nothing. */
  public synchronized void lose() {
    batches.clear();
    end = 0;
    highWatermark = 0;
  }

  @Override
  public boolean offline() {
    return offline;
  }

  public boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    closed = true;
  }
}
