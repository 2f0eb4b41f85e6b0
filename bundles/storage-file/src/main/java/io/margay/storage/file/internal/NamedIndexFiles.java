package io.margay.storage.file.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The index files of one segment by their names, which a successor of the segment may take over: from then on this object touches
 * no file. Safe for all threads; a call that uses a name ends before the name is given away.
 */
final class NamedIndexFiles implements IndexFiles {
  private static final Logger LOG = LoggerFactory.getLogger(NamedIndexFiles.class);

  private final Path directory;
  private final long baseOffset;
  private final Disk disk;
  /** Whether the names belong to another segment, for good or still. Guarded by this, like every use of the names. */
  private boolean taken;

  NamedIndexFiles(Path directory, long baseOffset, Disk disk) {
    this.directory = directory;
    this.baseOffset = baseOffset;
    this.disk = disk;
  }

  Path directory() {
    return directory;
  }

  /** The name of the directory, for messages. */
  Path directoryName() {
    return directory.getFileName();
  }

  /** The names belong to another segment. */
  synchronized void give() {
    taken = true;
  }

  /** The names belong to this segment. */
  synchronized void take() {
    taken = false;
  }

  private Path path(String suffix) {
    return directory.resolve(SegmentNames.of(baseOffset, suffix));
  }

  @Override
  public synchronized FileChannel open(String suffix, OpenOption... options) throws IOException {
    refuseIfTaken();
    return disk.open(path(suffix), options);
  }

  @Override
  public synchronized void rename(String fromSuffix, String toSuffix) throws IOException {
    refuseIfTaken();
    Files.move(path(fromSuffix), path(toSuffix), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public synchronized void delete() throws IOException {
    refuseIfTaken();
    SegmentIndex.deleteFiles(directory, baseOffset);
  }

  @Override
  public void discard(String suffix) throws IOException {
    Files.deleteIfExists(path(suffix));
  }

  /** Forces the files to stable storage, if they exist and still belong to this segment. */
  void force() throws IOException {
    for (String suffix : new String[] {SegmentNames.TIME_INDEX, SegmentNames.INDEX}) {
      try (FileChannel channel = open(suffix, StandardOpenOption.WRITE)) {
        channel.force(true);
      } catch (NoSuchFileException | RetiredSegmentException e) {
        LOG.debug("No index to force directory={} baseOffset={}", directory.getFileName(), baseOffset);
      }
    }
  }

  private void refuseIfTaken() throws RetiredSegmentException {
    if (taken) {
      throw new RetiredSegmentException();
    }
  }
}
