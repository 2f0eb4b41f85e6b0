package io.margay.storage.file.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;

/** Opens, renames and deletes the files of one segment's index, for as long as their names belong to that segment. */
interface IndexFiles {
  /**
   * @param suffix of the file's name
   * @return a new channel
   * @throws RetiredSegmentException when the names may belong to another segment
   */
  FileChannel open(String suffix, OpenOption... options) throws IOException;

  /** Renames the file with one suffix to another suffix, replacing an existing file. */
  void rename(String fromSuffix, String toSuffix) throws IOException;

  /** Deletes a file whose name no other segment can have. */
  void discard(String suffix) throws IOException;

  /** Deletes both files of the index, if they exist. */
  void delete() throws IOException;
}
