package io.margay.mirror.internal;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;

/** Where a {@link Lane} writes: records and the position at the source together, or neither. Blocks; used by one thread. */
interface LaneTarget {
  /**
   * A lane that may write, until another session of the same lane begins.
   *
   * @param producerId id of its transactional producer
   * @param producerEpoch its epoch
   * @param position the next offset of the source as it was stored last; -1 when none is stored
   * @param sequences the next sequence of each partition of the target that was written to
   */
  record Session(long producerId, short producerEpoch, long position, Map<Integer, Integer> sequences) {
    Session(long producerId, short producerEpoch, long position) {
      this(producerId, producerEpoch, position, new HashMap<>());
    }
  }

  /** Ends what an earlier session left open, shuts it out, and finds the position. Fails when it has to be tried again. */
  Session begin(LaneId lane) throws IOException, InterruptedException;

  /** The stored position, after all transactions have ended; -1 when there is none. */
  long position(LaneId lane) throws IOException, InterruptedException;

  /** Whether a lane without a position is new: the target is empty, or other lanes of the topic have a position. */
  boolean isNew(LaneId lane) throws IOException, InterruptedException;

  /**
   * Writes a transaction. After a failure it is not known whether it was written: the lane begins another session, whose position says it.
   *
   * @param batches by partition of the target, may be empty; emptied
   * @param position the next offset of the source
   */
  void write(LaneId lane, Session session, SortedMap<Integer, ArrayDeque<ByteBuf>> batches, long position)
      throws IOException, InterruptedException;
}
