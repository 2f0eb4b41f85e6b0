package io.margay.storage.mapdb.internal;

import io.margay.model.TopicIdPartition;

/** What a log needs from the engine. */
interface StoreOwner {
  /** There are segments that are not used any more; they are deleted in the background. */
  void collectGarbage();

  /** A segment is being written to which nothing refers yet: it is not garbage. */
  void protect(long recid);

  /** Ends {@link #protect}. */
  void unprotect(long recid);

  /** A log accepts no more calls. */
  void onClosed(TopicIdPartition id, MapDbLogStore store);
}
