package io.margay.storage.file.internal;

import java.io.IOException;
import java.nio.file.Path;

/** What a store asks of the engine that opened it. Safe for all threads. */
interface StoreOwner {
  /**
   * Told before data below a flushed offset is changed. A recovery point above it must be gone from the disk when this returns:
   * it would vouch for what is going to be written there.
   */
  void onFlushedOffsetLowered(FileLogStore store, long flushedOffset) throws IOException;

  /** Told when an I/O error left the disk in doubt. */
  void onBroken(FileLogStore store);

  /** Told when a segment was rolled, so that it is flushed in the background. */
  void onRolled(FileLogStore store);

  /** Told when much of the active segment's index is only in memory, so that it is saved in the background. */
  void onIndexGrown(FileLogStore store);

  /** Takes over files that nobody opens any more. @param file a name that is free to be deleted */
  void deleteLater(Path file);

  /** Told at the end. @param clean whether everything was flushed and closed in good order */
  void onClosed(FileLogStore store, boolean clean);
}
