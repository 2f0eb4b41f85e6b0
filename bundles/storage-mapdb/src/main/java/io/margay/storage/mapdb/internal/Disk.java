package io.margay.storage.mapdb.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/** How files are opened: a port, so that tests have a disk that is full or fails. */
@FunctionalInterface
interface Disk {
  /** The file system. */
  Disk REAL = FileChannel::open;

  /** As {@link FileChannel#open(Path, OpenOption...)}. */
  FileChannel open(Path path, OpenOption... options) throws IOException;
}
