package org.example;

import io.margay.protocol.BufferRecords;
import io.margay.spi.storage.LogSlice;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.SegmentInfo;
import io.margay.spi.storage.StoreConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * A log that is in memory, and a file that tells what was done to it, step by step: length (4), step (1), two numbers (16), bytes,
 * checksum (4). When it is opened, all steps are done again; one that a crash cut short never returned. One lock for everything.
 */
final class OneFileLog implements LogStore {
  private static final char APPEND = 'a';
  private static final char ROLL = 'r';
  private static final char TRUNCATE = 't';
  private static final char DROP = 'd';
  private static final char RESET = 'z';
  private static final char REPLACE = 'p';
  private static final char BLOB = 'b';
  private static final char NO_BLOB = 'n';
  private static final char CLOSE = 'c';
  private static final int HEADER = 61;

  private record Batch(long base, long next, long timestamp, byte[] bytes) { }

  private static final class Segment {
    final long base;
    long next;
    long modifiedMs;
    final List<Batch> batches = new ArrayList<>();

    Segment(long base, long nowMs) {
      this.base = base;
      next = base;
      modifiedMs = nowMs;
    }

    long size() {
      return batches.stream().mapToLong(batch -> batch.bytes.length).sum();
    }

    SegmentInfo info() {
      return new SegmentInfo(base, next, size(), batches.stream().mapToLong(Batch::timestamp).max().orElse(-1),
          batches.isEmpty() ? -1 : batches.get(0).timestamp, modifiedMs);
    }
  }

  private final RandomAccessFile file;
  private final Runnable onClosed;
  private final List<Segment> segments = new ArrayList<>();
  private final Map<String, byte[]> blobs = new TreeMap<>();
  private StoreConfig config;
  private boolean wasClean = true;
  private boolean clean = true;
  private long flushedOffset;
  private long cuts;
  /** Why calls fail: it is closed, or what is in the file is not known. */
  private String refusal;

  OneFileLog(Path path, StoreConfig config, Runnable onClosed) throws IOException {
    this.config = config;
    this.onClosed = onClosed;
    segments.add(new Segment(0, System.currentTimeMillis()));
    ByteBuffer steps = ByteBuffer.wrap(Files.exists(path) ? Files.readAllBytes(path) : new byte[0]);
    file = new RandomAccessFile(path.toFile(), "rw");
    while (isWhole(steps)) {
      ByteBuffer step = steps.slice(steps.position() + 4, steps.getInt(steps.position()));
      char what = (char) step.get();
      long a = step.getLong();
      long b = step.getLong();
      byte[] bytes = new byte[step.remaining()];
      step.get(bytes);
      apply(what, a, b, bytes);
      clean = what == CLOSE;
      steps.position(steps.position() + 8 + steps.getInt(steps.position()));
    }
    wasClean = clean && !steps.hasRemaining();
    file.setLength(steps.position());
    file.seek(steps.position());
    flushedOffset = wasClean ? endOffset() : startOffset();
  }

  private static boolean isWhole(ByteBuffer steps) {
    int at = steps.position();
    int length = steps.remaining() < 8 ? -1 : steps.getInt(at);
    return length >= 17 && length <= steps.remaining() - 8
        && steps.getInt(at + 4 + length) == checksum(steps.array(), at + 4, length);
  }

  private static int checksum(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  /** Writes a step, then does it. When it cannot be written whole, nothing of it is left. */
  private void step(char what, long a, long b, byte[] bytes) throws IOException {
    refuseIfClosed();
    byte[] step = ByteBuffer.allocate(25 + bytes.length).putInt(17 + bytes.length).put((byte) what).putLong(a).putLong(b).put(bytes)
        .array();
    ByteBuffer.wrap(step).putInt(step.length - 4, checksum(step, 4, step.length - 8));
    long before = file.getFilePointer();
    try {
      file.write(step);
    } catch (IOException e) {
      refusal = "a half written step is left in the file";
      file.setLength(before);
      file.seek(before);
      refusal = null;
      throw e;
    }
    apply(what, a, b, bytes);
  }

  private void apply(char what, long a, long b, byte[] bytes) {
    switch (what) {
      case APPEND -> add(last(), parse(Unpooled.wrappedBuffer(bytes), 0), a);
      case ROLL -> segments.add(new Segment(last().next, a));
      case TRUNCATE -> truncate(a, b);
      case DROP -> {
        while (segments.size() > 1 && segments.get(0).next <= a) {
          segments.remove(0);
        }
      }
      case RESET -> {
        segments.clear();
        segments.add(new Segment(a, b));
        cuts++;
      }
      case REPLACE -> replace(a, b, parse(Unpooled.wrappedBuffer(bytes), 0));
      case BLOB -> blobs.put(new String(bytes, 0, (int) a, StandardCharsets.UTF_8), java.util.Arrays.copyOfRange(bytes, (int) a,
          bytes.length));
      case NO_BLOB -> blobs.remove(new String(bytes, StandardCharsets.UTF_8));
      case CLOSE -> { }
      default -> throw new IllegalStateException("step " + what);
    }
  }

  private static void add(Segment segment, List<Batch> batches, long nowMs) {
    segment.batches.addAll(batches);
    segment.next = batches.get(batches.size() - 1).next;
    segment.modifiedMs = nowMs;
  }

  private void truncate(long offset, long nowMs) {
    while (last().base > offset) {
      segments.remove(segments.size() - 1);
    }
    Segment cut = last();
    cut.next = cut.batches.stream().filter(batch -> batch.next > offset).mapToLong(Batch::base).findFirst().orElse(offset);
    cut.next = Math.min(cut.next, offset);
    cut.batches.removeIf(batch -> batch.next > offset);
    cut.modifiedMs = nowMs;
    cuts++;
  }

  private void replace(long from, long to, List<Batch> batches) {
    List<Segment> old = whole(from, to);
    Segment fresh = new Segment(from, old.get(old.size() - 1).modifiedMs);
    fresh.batches.addAll(batches);
    fresh.next = to;
    int at = segments.indexOf(old.get(0));
    segments.removeAll(old);
    segments.add(at, fresh);
  }

  private List<Segment> whole(long from, long to) {
    List<Segment> found = segments.stream()
        .filter(segment -> segment.base >= from && segment.next <= to && segment != last()).toList();
    if (found.isEmpty() || found.get(0).base != from || found.get(found.size() - 1).next != to) {
      throw new IllegalArgumentException("[" + from + ", " + to + ") are not whole segments before the last one");
    }
    return found;
  }

  /** The batches in a buffer; refuses what are no whole batches with rising offsets. */
  private static List<Batch> parse(ByteBuf buffer, long from) {
    List<Batch> batches = new ArrayList<>();
    int at = buffer.readerIndex();
    long next = from;
    while (at < buffer.writerIndex()) {
      int left = buffer.writerIndex() - at;
      int length = left < HEADER ? Integer.MAX_VALUE : 12 + buffer.getInt(at + 8);
      if (length > left || length < HEADER || buffer.getLong(at) < next) {
        throw new IllegalArgumentException("not a whole batch at or after offset " + next + " at index " + at);
      }
      next = buffer.getLong(at) + buffer.getInt(at + 23) + 1;
      byte[] bytes = new byte[length];
      buffer.getBytes(at, bytes);
      batches.add(new Batch(buffer.getLong(at), next, buffer.getLong(at + 35), bytes));
      at += length;
    }
    return batches;
  }

  private Segment last() {
    return segments.get(segments.size() - 1);
  }

  private void refuseIfClosed() throws IOException {
    if (refusal != null) {
      throw new IOException("the log takes no calls: " + refusal);
    }
  }

  @Override
  public synchronized long startOffset() {
    return segments.get(0).base;
  }

  @Override
  public synchronized long endOffset() {
    return last().next;
  }

  @Override
  public synchronized long sizeBytes() {
    return segments.stream().mapToLong(Segment::size).sum();
  }

  @Override
  public boolean wasClean() {
    return wasClean;
  }

  @Override
  public synchronized long flushedOffset() {
    return flushedOffset;
  }

  @Override
  public synchronized List<SegmentInfo> segments() {
    return segments.stream().map(Segment::info).toList();
  }

  @Override
  public synchronized void append(ByteBuf batches, long baseOffset, long nextOffset, long maxTimestamp) throws IOException {
    List<Batch> added = parse(batches, endOffset());
    if (added.isEmpty() || added.get(0).base != baseOffset || added.get(added.size() - 1).next != nextOffset) {
      throw new IllegalArgumentException("the batches are not [" + baseOffset + ", " + nextOffset + ")");
    }
    if (!last().batches.isEmpty() && last().size() + batches.readableBytes() > config.segmentBytes()) {
      roll();
    }
    byte[] bytes = new byte[batches.readableBytes()];
    batches.getBytes(batches.readerIndex(), bytes);
    step(APPEND, System.currentTimeMillis(), 0, bytes);
  }

  @Override
  public synchronized LogSlice read(long offset, int maxBytes, long endOffset, boolean atLeastOne) throws IOException {
    refuseIfClosed();
    for (Segment segment : segments) {
      List<byte[]> found = new ArrayList<>();
      long base = -1;
      int bytes = 0;
      for (Batch batch : segment.batches) {
        if (batch.next > offset) {
          boolean fits = batch.base < endOffset && (bytes + (long) batch.bytes.length <= maxBytes || found.isEmpty() && atLeastOne);
          if (!fits) {
            return slice(found, base, offset);
          }
          base = found.isEmpty() ? batch.base : base;
          bytes += batch.bytes.length;
          found.add(batch.bytes);
        }
      }
      if (!found.isEmpty()) {
        return slice(found, base, offset);
      }
    }
    return LogSlice.empty(offset);
  }

  private static LogSlice slice(List<byte[]> found, long base, long offset) {
    return found.isEmpty() ? LogSlice.empty(offset)
        : new LogSlice(new BufferRecords(Unpooled.copiedBuffer(found.toArray(new byte[0][]))), base);
  }

  @Override
  public boolean isHot(long offset) {
    return true;
  }

  @Override
  public synchronized long findByTimestamp(long timestamp, long fromOffset) throws IOException {
    refuseIfClosed();
    return segments.stream().flatMap(segment -> segment.batches.stream())
        .filter(batch -> batch.next > fromOffset && batch.timestamp >= timestamp).mapToLong(Batch::base).findFirst().orElse(-1);
  }

  @Override
  public synchronized void roll() throws IOException {
    if (!last().batches.isEmpty()) {
      step(ROLL, System.currentTimeMillis(), 0, new byte[0]);
    }
  }

  @Override
  public synchronized void truncateTo(long offset) throws IOException {
    if (offset < startOffset()) {
      resetTo(offset);
    } else if (offset < endOffset()) {
      step(TRUNCATE, offset, System.currentTimeMillis(), new byte[0]);
      flushedOffset = Math.min(flushedOffset, endOffset());
    }
  }

  @Override
  public synchronized long dropHead(long offset) throws IOException {
    long before = sizeBytes();
    step(DROP, offset, 0, new byte[0]);
    return before - sizeBytes();
  }

  @Override
  public synchronized void resetTo(long offset) throws IOException {
    step(RESET, offset, System.currentTimeMillis(), new byte[0]);
    flushedOffset = offset;
  }

  @Override
  public Replacement prepareReplacement(long fromOffset, long toOffset, Iterable<ByteBuf> batches) throws IOException {
    List<Segment> old;
    long cutsBefore;
    synchronized (this) {
      refuseIfClosed();
      old = whole(fromOffset, toOffset);
      cutsBefore = cuts;
    }
    ByteBuf all = Unpooled.buffer();
    batches.forEach(batch -> all.writeBytes(batch.duplicate()));
    byte[] bytes = new byte[all.readableBytes()];
    all.readBytes(bytes);
    return new Replacement() {
      @Override
      public boolean commit() throws IOException {
        synchronized (OneFileLog.this) {
          boolean unchanged = cuts == cutsBefore && segments.containsAll(old);
          if (unchanged) {
            step(REPLACE, fromOffset, toOffset, bytes);
          }
          return unchanged;
        }
      }

      @Override
      public void close() {
        // Nothing was written before the commit.
      }
    };
  }

  @Override
  public long flush() throws IOException {
    long target;
    long cutsBefore;
    synchronized (this) {
      refuseIfClosed();
      target = endOffset();
      cutsBefore = cuts;
    }
    // Not under the lock: readers and the writer do not wait for the disk.
    file.getFD().sync();
    synchronized (this) {
      flushedOffset = cuts == cutsBefore ? Math.max(flushedOffset, target) : flushedOffset;
      return flushedOffset;
    }
  }

  @Override
  public synchronized void configure(StoreConfig newConfig) {
    config = newConfig;
  }

  private static String checked(String name) {
    if (!name.matches("[A-Za-z0-9-][A-Za-z0-9.-]{0,199}")) {
      throw new IllegalArgumentException("not a name of a blob: '" + name + "', expected letters, digits, '-' and '.'");
    }
    return name;
  }

  @Override
  public synchronized byte[] readBlob(String name) {
    byte[] bytes = blobs.get(checked(name));
    return bytes == null ? null : bytes.clone();
  }

  @Override
  public synchronized void writeBlob(String name, byte[] bytes, boolean sync) throws IOException {
    byte[] prefix = checked(name).getBytes(StandardCharsets.UTF_8);
    step(BLOB, prefix.length, 0, ByteBuffer.allocate(prefix.length + bytes.length).put(prefix).put(bytes).array());
    if (sync) {
      file.getFD().sync();
    }
  }

  @Override
  public synchronized void deleteBlob(String name) throws IOException {
    if (blobs.containsKey(checked(name))) {
      step(NO_BLOB, 0, 0, name.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Override
  public synchronized List<String> blobs() {
    return List.copyOf(blobs.keySet());
  }

  @Override
  public void close() throws IOException {
    synchronized (this) {
      if (refusal != null) {
        return;
      }
      try {
        step(CLOSE, 0, 0, new byte[0]);
        file.getFD().sync();
      } finally {
        refusal = "it is closed";
        file.close();
      }
    }
    onClosed.run();
  }
}
