package io.margay.storage.file.internal;

import java.io.IOException;
import java.nio.file.Path;

/** What a store needs from the engine that opened it. Safe for all threads. */
interface StoreOwner {
  /**
   * Called before data below a flushed offset are changed. When this returns, no recovery point above the offset may be on disk: it
   * would vouch for what is written there later.
   */
  void onFlushedOffsetLowered(FileLogStore store, long flushedOffset) throws IOException;

  /** Called when an I/O error left the disk in doubt. */
  void onBroken(FileLogStore store);

  /** Called when a segment was rolled, so that it is flushed in the background. */
  void onRolled(FileLogStore store);

  /** Called when much of the active segment's index is only in memory, so that it is saved in the background. */
  void onIndexGrown(FileLogStore store);

  /** Takes over files that are no longer opened. @param file a name that may be deleted */
  void deleteLater(Path file);

  /** Called at the end. @param clean whether everything was flushed and closed cleanly */
  void onClosed(FileLogStore store, boolean clean);
}
