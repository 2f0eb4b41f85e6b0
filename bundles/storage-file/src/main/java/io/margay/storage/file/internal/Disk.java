package io.margay.storage.file.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/** Opens the files to which batches are written. A port, so that tests can have a disk that is full or broken. */
@FunctionalInterface
interface Disk {
  /** The machine's file system. */
  Disk REAL = FileChannel::open;

  /**
   * @param path the file
   * @param options as for {@link FileChannel#open}
   * @return a new channel
   */
  FileChannel open(Path path, OpenOption... options) throws IOException;
}
