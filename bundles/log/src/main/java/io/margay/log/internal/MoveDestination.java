package io.margay.log.internal;

import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StorageEngine;
import java.io.IOException;

/** Where a log is moved to, and how its copy is created there and becomes the one that counts. Used by one {@link LogMove}. */
interface MoveDestination {
  /** The slot that holds the log. */
  EngineSlot from();

  /** The slot that will hold it; the same one when it is moved within its engine. */
  EngineSlot to();

  /** Its name, for people. */
  String name();

  /** Whether the log is still to be moved there. */
  boolean isWanted();

  /**
   * Creates an empty copy, after removing the remains of an earlier attempt.
   *
   * @param engine the engine of {@link #to}
   */
  LogStore create(StorageEngine engine) throws IOException;

  /**
   * Makes the copy the one that counts, also after a crash. It is complete and on stable storage.
   *
   * @param engine the engine of {@link #to}
   */
  void use(StorageEngine engine, LogStore copy) throws IOException;

  /** The log uses the copy: deletes the original, which is closed. What fails here is done when the log is opened again. */
  void cleanUp() throws IOException;
}
