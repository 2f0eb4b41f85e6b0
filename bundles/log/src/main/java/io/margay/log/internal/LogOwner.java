package io.margay.log.internal;

import java.io.IOException;

/** What a log tells whoever opened it. Called under the log's lock but where it says otherwise. */
interface LogOwner {
  /** The name of the engine that holds the log. */
  String name();

  /** The log has new settings, which may name another engine. Called without the lock. */
  void configured(SegmentedPartitionLog log);

  /** The log's start has moved into a segment, and has to be on stable storage before the call returns. */
  void startMoved(SegmentedPartitionLog log) throws IOException;

  /** The log is closed. Called once. */
  void closed(SegmentedPartitionLog log);
}
