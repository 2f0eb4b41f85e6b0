package io.margay.log.internal;

import java.io.IOException;

/** What a log tells whoever opened it. Called under the log's lock. */
interface LogOwner {
  /** The log's start has moved into a segment, and has to be on stable storage before the call returns. */
  void startMoved(SegmentedPartitionLog log) throws IOException;

  /** The log is closed. Called once. */
  void closed(SegmentedPartitionLog log);
}
