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

  /** Gives the file with one suffix the name with another one; it replaces a file that is there. */
  void rename(String fromSuffix, String toSuffix) throws IOException;

  /** Deletes a file of which no other segment can have the name. */
  void discard(String suffix) throws IOException;

  /** Deletes both files of the index, as far as they are there. */
  void delete() throws IOException;
}
