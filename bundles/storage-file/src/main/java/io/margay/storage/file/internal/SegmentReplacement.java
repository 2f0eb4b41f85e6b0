package io.margay.storage.file.internal;

import static io.margay.protocol.record.RecordBatchFormat.LAST_OFFSET_DELTA_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.LENGTH_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.LOG_OVERHEAD;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Writes the new segments of a replacement as {@code .cleaned} files, which are on stable storage at the end. Used once. */
final class SegmentReplacement {
  private final Path directory;
  private final SegmentResources resources;
  private final int segmentBytes;
  private final BooleanSupplier givenUp;
  private final List<Long> bases = new ArrayList<>();
  private final List<Integer> sizes = new ArrayList<>();
  private FileChannel channel;
  private long base;
  private int size;
  private FileTime modified = FileTime.fromMillis(0);

  /** @param givenUp asked for each buffer; when it is true the writing fails */
  SegmentReplacement(Path directory, SegmentResources resources, int segmentBytes, BooleanSupplier givenUp) {
    this.givenUp = givenUp;
    this.directory = directory;
    this.resources = resources;
    this.segmentBytes = segmentBytes;
  }

  /**
   * @param old the segments to replace; the new ones take over the newest modification time, which retention uses
   * @param toOffset where they end
   * @return at least one segment; they have their indexes, but not their final names
   */
  List<Segment> write(List<Segment> old, long toOffset, Iterable<ByteBuf> batches) throws IOException {
    for (Segment segment : old) {
      FileTime time = Files.getLastModifiedTime(segment.file().path());
      modified = time.compareTo(modified) > 0 ? time : modified;
    }
    try {
      begin(old.get(0).baseOffset());
      for (ByteBuf buffer : batches) {
        if (givenUp.getAsBoolean()) {
          throw new IOException("the replacement of segments in " + directory + " was given up for something more urgent");
        }
        add(buffer, toOffset);
      }
      end();
    } catch (IOException | RuntimeException e) {
      abandon();
      throw e;
    }
    List<Segment> fresh = new ArrayList<>();
    for (int i = 0; i < bases.size(); i++) {
      long next = i + 1 < bases.size() ? bases.get(i + 1) : toOffset;
      Segment segment = SegmentFiles.cleaned(directory, resources, bases.get(i), sizes.get(i), next);
      if (sizes.get(i) > 0) {
        adoptIndex(segment);
      }
      fresh.add(segment);
    }
    return fresh;
  }

  /** So that no reader has to build it: a reader must not use the index of the old segment of that name. */
  private static void adoptIndex(Segment segment) throws IOException {
    FileHandle handle = segment.file().acquire();
    try {
      segment.adoptBuilt(IndexBuilder.rebuild(handle.channel(), segment.newIndex(), segment.baseOffset(), segment.size()));
    } finally {
      handle.release();
    }
  }

  private void begin(long baseOffset) throws IOException {
    base = baseOffset;
    size = 0;
    bases.add(baseOffset);
    channel = SegmentFiles.createCleaned(directory, resources.disk(), baseOffset);
  }

  private void add(ByteBuf buffer, long toOffset) throws IOException {
    int at = buffer.readerIndex();
    int end = buffer.writerIndex();
    long first = buffer.getLong(at);
    long last = first;
    for (int i = at; i < end; i += LOG_OVERHEAD + buffer.getInt(i + LENGTH_OFFSET)) {
      last = buffer.getLong(i) + buffer.getInt(i + LAST_OFFSET_DELTA_OFFSET);
    }
    if (first < base || last >= toOffset) {
      throw new IllegalArgumentException("batches [" + first + ", " + last + "] do not belong into [" + base + ", " + toOffset
          + ")");
    }
    int length = end - at;
    if (size > 0 && (long) size + length > segmentBytes || last - base >= Integer.MAX_VALUE) {
      end();
      begin(first);
    }
    int written = 0;
    while (written < length) {
      written += buffer.getBytes(at + written, channel, (long) size + written, length - written);
    }
    size += length;
  }

  private void end() throws IOException {
    channel.force(true);
    channel.close();
    sizes.add(size);
    Files.setLastModifiedTime(directory.resolve(SegmentNames.of(base, SegmentNames.CLEANED)), modified);
  }

  private void abandon() throws IOException {
    if (channel != null) {
      channel.close();
    }
    for (long baseOffset : bases) {
      Files.deleteIfExists(directory.resolve(SegmentNames.of(baseOffset, SegmentNames.CLEANED)));
    }
  }
}
