package io.margay.shares.internal;

import io.margay.shares.internal.fetch.SharePart;
import io.margay.shares.internal.fetch.ShareSession;
import io.margay.shares.internal.fetch.ShareSessions;
import io.margay.shares.internal.leader.SharePartitions;
import io.margay.shares.internal.partition.SharePartition;
import io.margay.shares.internal.state.StateKey;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the next version of this bundle gets from this one, in a file of the bundle's own storage, which an update does not touch: share sessions,
 * and what members have acquired. It counts for the leaderships of the same process start or a later one with the same epoch; locks that would be
 * over by then are not taken over.
 *
 * <pre>
 *   file:      version:int32 millis:int64 sessions:int32 session* locks:int32 partition*
 *   session:   group:utf member:utf nextEpoch:int32 parts:int32 (topic:uuid partition:int32)*
 *   partition: group:utf topic:uuid partition:int32 leaderEpoch:int32 locks:int32 (first:int64 last:int64 owner:utf leftMs:int64 count:int16)*
 * </pre>
 */
final class HandOver {
  private static final Logger LOG = LoggerFactory.getLogger(HandOver.class);
  private static final int VERSION = 1;
  private static final int MAX = 10_000_000;

  private final Path file;

  /** @param file where it is kept */
  HandOver(Path file) {
    this.file = file;
  }

  // ------------------------------------------------------------------------------------------------ writing

  void write(List<ShareSessions.Kept> sessions, Map<StateKey, SharePartitions.Kept> partitions, long nowMs) {
    try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      out.writeInt(VERSION);
      out.writeLong(nowMs);
      out.writeInt(sessions.size());
      for (ShareSessions.Kept s : sessions) {
        out.writeUTF(s.key().groupId());
        out.writeUTF(s.key().memberId());
        out.writeInt(s.nextEpoch());
        out.writeInt(s.parts().size());
        for (SharePart part : s.parts()) {
          write(out, part.topicId(), part.partition());
        }
      }
      out.writeInt(partitions.size());
      for (Map.Entry<StateKey, SharePartitions.Kept> p : partitions.entrySet()) {
        out.writeUTF(p.getKey().groupId());
        write(out, p.getKey().topicId(), p.getKey().partition());
        out.writeInt(p.getValue().leaderEpoch());
        out.writeInt(p.getValue().locks().size());
        for (SharePartition.Lock lock : p.getValue().locks()) {
          out.writeLong(lock.first());
          out.writeLong(lock.last());
          out.writeUTF(lock.owner());
          out.writeLong(lock.leftMs());
          out.writeShort(lock.count());
        }
      }
    } catch (IOException e) {
      LOG.warn("Cannot hand over what members of share groups have acquired; it is delivered again. file={}", file, e);
      delete();
    }
  }

  private static void write(DataOutputStream out, UUID topic, int partition) throws IOException {
    out.writeLong(topic.getMostSignificantBits());
    out.writeLong(topic.getLeastSignificantBits());
    out.writeInt(partition);
  }

  private void delete() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.warn("Cannot delete a file. file={}", file, e);
    }
  }

  // ------------------------------------------------------------------------------------------------ reading

  /**
   * What was handed over.
   *
   * @param sessions the sessions
   * @param partitions what members have acquired
   */
  record Content(List<ShareSessions.Kept> sessions, Map<StateKey, SharePartitions.Kept> partitions) {
    static final Content NONE = new Content(List.of(), Map.of());
  }

  /**
   * Reads what the version before has left, once.
   *
   * @param nowMs milliseconds since the epoch
   * @param elapsedMs the same moment on the clock of share partitions
   */
  Content take(long nowMs, long elapsedMs) {
    if (!Files.exists(file)) {
      return Content.NONE;
    }
    try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      return in.readInt() == VERSION ? read(in, nowMs, elapsedMs) : Content.NONE;
    } catch (IOException e) {
      LOG.warn("Cannot read what members of share groups had acquired; it is delivered again. file={}", file, e);
      return Content.NONE;
    } finally {
      delete();
    }
  }

  private static Content read(DataInputStream in, long nowMs, long elapsedMs) throws IOException {
    long passedMs = Math.max(0, nowMs - in.readLong());
    List<ShareSessions.Kept> sessions = new ArrayList<>();
    for (int n = count(in); n > 0; n--) {
      ShareSession.Key key = new ShareSession.Key(in.readUTF(), in.readUTF());
      int nextEpoch = in.readInt();
      List<SharePart> parts = new ArrayList<>();
      for (int p = count(in); p > 0; p--) {
        parts.add(new SharePart(new UUID(in.readLong(), in.readLong()), in.readInt()));
      }
      sessions.add(new ShareSessions.Kept(key, nextEpoch, parts));
    }
    Map<StateKey, SharePartitions.Kept> partitions = new HashMap<>();
    for (int n = count(in); n > 0; n--) {
      StateKey key = new StateKey(in.readUTF(), new UUID(in.readLong(), in.readLong()), in.readInt());
      int leaderEpoch = in.readInt();
      List<SharePartition.Lock> locks = new ArrayList<>();
      for (int l = count(in); l > 0; l--) {
        locks.add(new SharePartition.Lock(in.readLong(), in.readLong(), in.readUTF(), in.readLong(), in.readShort()));
      }
      partitions.put(key, new SharePartitions.Kept(leaderEpoch, locks, elapsedMs - passedMs));
    }
    return new Content(sessions, partitions);
  }

  private static int count(DataInputStream in) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > MAX) {
      throw new IOException("the file is damaged: " + count + " elements");
    }
    return count;
  }
}
