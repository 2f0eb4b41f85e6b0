package io.margay.storage.mapdb.internal;

import io.margay.model.TopicIdPartition;
import io.margay.model.TopicPartition;
import io.margay.spi.storage.SegmentInfo;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What the database keeps of a partition besides its batches. Immutable: a change creates a new object, which counts when it is
 * written.
 *
 * @param clean whether the log was closed cleanly, so that the figures of the last segment are right
 * @param segments by offset; at least one
 * @param blobs numbers of the records of the small files, by name
 */
record LogState(boolean clean, List<SegmentState> segments, Map<String, Long> blobs) {
  private static final int VERSION = 1;

  LogState {
    segments = List.copyOf(segments);
    blobs = Map.copyOf(blobs);
  }

  SegmentState last() {
    return segments.get(segments.size() - 1);
  }

  LogState withClean(boolean now) {
    return new LogState(now, segments, blobs);
  }

  LogState withSegments(List<SegmentState> now) {
    return new LogState(clean, now, blobs);
  }

  LogState withLast(SegmentState now) {
    List<SegmentState> all = new ArrayList<>(segments);
    all.set(all.size() - 1, now);
    return withSegments(all);
  }

  LogState withBlobs(Map<String, Long> now) {
    return new LogState(clean, segments, now);
  }

  /** @return index of the last segment that begins at or before an offset, or 0 */
  int floor(long offset) {
    int low = 0;
    int high = segments.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (segments.get(middle).baseOffset() <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /**
   * @return the segments of {@code [fromOffset, toOffset)}
   * @throws IllegalArgumentException when these are not whole segments before the last one
   */
  List<SegmentState> whole(long fromOffset, long toOffset) {
    int from = 0;
    while (from < segments.size() && segments.get(from).baseOffset() != fromOffset) {
      from++;
    }
    int to = from;
    while (to < segments.size() && segments.get(to).nextOffset() < toOffset) {
      to++;
    }
    if (to >= segments.size() - 1 || segments.get(to).nextOffset() != toOffset) {
      throw new IllegalArgumentException("[" + fromOffset + ", " + toOffset + ") are not whole segments before the last one");
    }
    return List.copyOf(segments.subList(from, to + 1));
  }

  byte[] encode(TopicIdPartition id) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(64 + 64 * segments.size());
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      out.writeLong(id.topicId().getMostSignificantBits());
      out.writeLong(id.topicId().getLeastSignificantBits());
      out.writeUTF(id.topic());
      out.writeInt(id.partition());
      out.writeBoolean(clean);
      out.writeInt(segments.size());
      for (SegmentState segment : segments) {
        write(out, segment);
      }
      out.writeInt(blobs.size());
      for (Map.Entry<String, Long> blob : new TreeMap<>(blobs).entrySet()) {
        out.writeUTF(blob.getKey());
        out.writeLong(blob.getValue());
      }
    } catch (IOException e) {
      throw new IllegalStateException("an array in memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  private static void write(DataOutputStream out, SegmentState segment) throws IOException {
    SegmentInfo info = segment.info();
    out.writeLong(info.baseOffset());
    out.writeLong(info.nextOffset());
    out.writeLong(info.sizeBytes());
    out.writeLong(info.maxTimestamp());
    out.writeLong(info.firstTimestamp());
    out.writeLong(info.lastModifiedMs());
    out.writeInt(segment.batches());
    out.writeLong(segment.recid());
  }

  /** A partition and what is kept of it. */
  record Decoded(TopicIdPartition id, LogState state) { }

  static Decoded decode(byte[] bytes) throws IOException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int version = in.readByte();
      if (version != VERSION) {
        throw new IOException("the database has partitions of format " + version + ", only " + VERSION + " is known");
      }
      UUID topicId = new UUID(in.readLong(), in.readLong());
      TopicIdPartition id = new TopicIdPartition(topicId, new TopicPartition(in.readUTF(), in.readInt()));
      boolean clean = in.readBoolean();
      List<SegmentState> segments = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        SegmentInfo info = new SegmentInfo(in.readLong(), in.readLong(), in.readLong(), in.readLong(), in.readLong(),
            in.readLong());
        segments.add(new SegmentState(info, in.readInt(), in.readLong()));
      }
      Map<String, Long> blobs = new TreeMap<>();
      for (int left = in.readInt(); left > 0; left--) {
        blobs.put(in.readUTF(), in.readLong());
      }
      return new Decoded(id, new LogState(clean, segments, blobs));
    }
  }
}
