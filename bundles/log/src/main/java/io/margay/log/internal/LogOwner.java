package io.margay.log.internal;

import java.io.IOException;

/** What a log reports to its owner. */
interface LogOwner {
  /** The name of the engine that holds the log. */
  String name();

  /** The log has new settings, which may name another engine. */
  void configured(SegmentedPartitionLog log);

  /** The log's start has moved into a segment, and must be on stable storage before the call returns. */
  void startMoved(SegmentedPartitionLog log) throws IOException;

  /** The log went offline, and may be reopened after a while. May be called under the log's lock; returns at once. */
  void wentOffline(SegmentedPartitionLog log);

  /** The log is closed. Called once. */
  void closed(SegmentedPartitionLog log);
}
