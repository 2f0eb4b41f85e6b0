package io.margay.storage.file.internal;

import io.margay.model.DurableFiles;
import io.margay.model.TopicPartition;
import io.margay.protocol.KafkaUuid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory that holds partitions. While it is open it is locked against other processes.
 *
 * <pre>
 *   .lock                               held while open
 *   .kafka_cleanshutdown                there when all logs were closed cleanly; removed at start
 *   .boot-id                            the run of the operating system in which all logs were known to be whole; removed
 *                                       after an I/O error
 *   .copies                             which logs are copies, see {@link CopyNotes}
 *   recovery-point-offset-checkpoint    below these offsets everything is on stable storage
 *   NAME                                tables of the engine's users
 *   TOPIC-PARTITION/                    a log
 *   TOPIC-PARTITION.UUID-delete/        a log that is being deleted
 * </pre>
 */
final class LogDirectory {
  static final String CLEAN_MARKER = ".kafka_cleanshutdown";
  static final String RECOVERY_POINTS = "recovery-point-offset-checkpoint";
  private static final Logger LOG = LoggerFactory.getLogger(LogDirectory.class);
  private static final String LOCK = ".lock";
  static final String BOOT_FILE = ".boot-id";
  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
  private static final String DELETE_SUFFIX = "-delete";
  /** Directories of logs that the cluster does not know. */
  private static final String STRAY_SUFFIX = "-stray";
  /** Not a letter that a checkpoint's name may have, so that the file is not taken for a table. */
  private static final String DAMAGED_SUFFIX = ".damaged";
  private static final int MAX_NAME = 255;

  /** The directory of a partition. */
  record Found(TopicPartition partition, Path path) { }

  private final Path path;
  private final FileChannel lockChannel;
  private final FileLock lock;
  private final boolean wasClean;
  private final boolean sameBoot;
  /** Logs that existed at start, may be damaged, and were not yet recovered. Guarded by this. */
  private int doubtful;
  /** Whether a log was opened or created in this engine. Guarded by this. */
  private boolean used;
  /** Whether no I/O error has occurred. Guarded by this. */
  private boolean healthy = true;
  /** The current content of the file. Guarded by this. */
  private Map<TopicPartition, Long> recoveryPoints;
  private final CopyNotes copyNotes;

  private LogDirectory(Path path, FileChannel lockChannel, FileLock lock, boolean wasClean, boolean sameBoot,
      Map<TopicPartition, Long> points, CopyNotes copyNotes) {
    this.path = path;
    this.copyNotes = copyNotes;
    this.lockChannel = lockChannel;
    this.lock = lock;
    this.wasClean = wasClean;
    this.sameBoot = sameBoot;
    this.recoveryPoints = points;
  }

  /**
   * Locks a directory, creating it when it is missing, and removes its clean-shutdown mark.
   *
   * @throws IllegalStateException when another process holds it
   */
  static LogDirectory open(Path path) throws IOException {
    Files.createDirectories(path);
    FileChannel channel = FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = tryLock(channel);
      if (lock == null) {
        throw new IllegalStateException("the log directory " + path + " is in use by another process or engine (its file " + LOCK
            + " is locked)");
      }
      CopyNotes copies = new CopyNotes(path);
      boolean clean = Files.deleteIfExists(path.resolve(CLEAN_MARKER));
      Map<TopicPartition, Long> points = readTolerantly(path.resolve(RECOVERY_POINTS));
      return new LogDirectory(path, channel, lock, clean, isSameBoot(path), points, copies);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** @return whether the operating system has not restarted since all logs were known to be whole */
  private static boolean isSameBoot(Path path) throws IOException {
    Path file = path.resolve(BOOT_FILE);
    boolean same = Files.isReadable(BOOT_ID) && Files.exists(file) && Files.readString(file).equals(Files.readString(BOOT_ID));
    if (!same) {
      Files.deleteIfExists(file);
    }
    return same;
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  Path path() {
    return path;
  }

  /** @return which of its partitions are copies */
  CopyNotes copyNotes() {
    return copyNotes;
  }

  /** @return whether all logs were closed cleanly the last time */
  boolean wasClean() {
    return wasClean;
  }

  /**
   * @return whether what the last process wrote is still in the page cache or on the disk, although it was not closed cleanly: the
   *     operating system did not stop, and no I/O error occurred
   */
  boolean keptPageCache() {
    return sameBoot;
  }

  /** @param logs how many there are now; each will be reported by {@link #onRecovered}, or deleted */
  synchronized void expect(int logs) throws IOException {
    doubtful = wasClean || sameBoot ? 0 : logs;
    noteBoot();
  }

  /** Called when a log that was in doubt has been recovered or deleted. */
  synchronized void onRecovered() throws IOException {
    if (doubtful > 0) {
      doubtful--;
      noteBoot();
    }
  }

  /**
   * A log is opened or created in this engine, which happens only when the cluster knows what this process found. Before that, an empty
   * directory may be the replacement of one that was lost, and the next process must find out, too.
   */
  synchronized void onUse() throws IOException {
    if (!used) {
      used = true;
      noteBoot();
    }
  }

  /** @return whether the mark of a clean shutdown says something: what was there at the start was whole, or the cluster knows what was lost */
  synchronized boolean known() {
    return used || wasClean || sameBoot;
  }

  /** From now on a kill of the process alone damages no more than the last batches. */
  private void noteBoot() throws IOException {
    if (doubtful == 0 && (used || wasClean) && healthy && !sameBoot && Files.isReadable(BOOT_ID)) {
      Files.writeString(path.resolve(BOOT_FILE), Files.readString(BOOT_ID));
    }
  }

  /** After an I/O error the kernel may have dropped pages: the next start reads everything after the recovery points. */
  synchronized void distrustPageCache() {
    healthy = false;
    try {
      Files.deleteIfExists(path.resolve(BOOT_FILE));
    } catch (IOException e) {
      LOG.warn("Cannot delete a file path={}", path.resolve(BOOT_FILE), e);
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }

  /** @param leftovers receives the directories of unfinished deletions */
  List<Found> scan(List<Path> leftovers) throws IOException {
    List<Found> found = new ArrayList<>();
    for (String name : SegmentSwap.names(path)) {
      if (name.endsWith(DELETE_SUFFIX)) {
        leftovers.add(path.resolve(name));
        continue;
      }
      TopicPartition partition = parse(name);
      Path directory = path.resolve(name);
      if (partition != null && Files.isDirectory(directory)) {
        found.add(new Found(partition, directory));
      }
    }
    return found;
  }

  /** @return null when this is not a partition's name */
  private static TopicPartition parse(String name) {
    int dash = name.lastIndexOf('-');
    if (dash <= 0 || dash == name.length() - 1 || name.length() - dash > 10) {
      return null;
    }
    for (int i = dash + 1; i < name.length(); i++) {
      if (name.charAt(i) < '0' || name.charAt(i) > '9') {
        return null;
      }
    }
    return new TopicPartition(name.substring(0, dash), Integer.parseInt(name, dash + 1, name.length(), 10));
  }

  /** @return the topic id of a partition's directory; zero when no file contains it */
  static UUID readTopicId(Path directory) throws IOException {
    try {
      String text = new String(Files.readAllBytes(directory.resolve(SegmentNames.METADATA)), StandardCharsets.UTF_8);
      for (String line : text.split("\n")) {
        if (line.startsWith("topic_id:")) {
          return KafkaUuid.fromString(line.substring("topic_id:".length()).trim());
        }
      }
      LOG.warn("A file has no topic id; the topic's name is used file={}", directory.resolve(SegmentNames.METADATA));
    } catch (NoSuchFileException e) {
      return KafkaUuid.ZERO;
    } catch (IllegalArgumentException e) {
      LOG.warn("A file has no valid topic id; the topic's name is used file={} cause={}", directory.resolve(SegmentNames.METADATA),
          e.getMessage());
    }
    return KafkaUuid.ZERO;
  }

  /** Not forced to the disk: the first flush of the log does that. */
  static void writeTopicId(Path directory, UUID topicId) throws IOException {
    String text = "version: 0\ntopic_id: " + KafkaUuid.toString(topicId) + "\n";
    DurableFiles.replace(directory.resolve(SegmentNames.METADATA), false, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Creates a partition's directory with an empty segment. Not forced to the disk: if the name is lost, only a partition
   * without records is lost.
   */
  Path create(TopicPartition partition, UUID topicId) throws IOException {
    Path directory = path.resolve(partition.toString());
    Files.createDirectory(directory);
    try {
      writeTopicId(directory, topicId);
      Files.createFile(SegmentNames.log(directory, 0));
      return directory;
    } catch (IOException e) {
      renameForDeletion(directory);
      throw e;
    }
  }

  /**
   * Frees a partition's name and keeps its files, under the name that Kafka gives such a directory. The directory's modification
   * time is the time of this call, so any later change to the directory makes it stay longer.
   */
  void setAside(Path directory, long nowMs) throws IOException {
    Files.setLastModifiedTime(rename(directory, STRAY_SUFFIX), FileTime.fromMillis(nowMs));
  }

  /** @return the directories that were set aside before a time */
  List<Path> setAsideBefore(long beforeMs) throws IOException {
    List<Path> strays = new ArrayList<>();
    for (String name : SegmentSwap.names(path)) {
      Path directory = path.resolve(name);
      if (name.endsWith(STRAY_SUFFIX) && Files.getLastModifiedTime(directory).toMillis() < beforeMs) {
        strays.add(directory);
      }
    }
    return strays;
  }

  /** Frees a partition's name. @return the directory's new name, for the files to be deleted */
  Path renameForDeletion(Path directory) throws IOException {
    return rename(directory, DELETE_SUFFIX);
  }

  private Path rename(Path directory, String kind) throws IOException {
    String suffix = "." + UUID.randomUUID().toString().replace("-", "") + kind;
    String name = directory.getFileName().toString();
    Path target = path.resolve(name.substring(0, Math.min(name.length(), MAX_NAME - suffix.length())) + suffix);
    Files.move(directory, target);
    return target;
  }

  /** @return offset below which a log is on stable storage; 0 when unknown */
  synchronized long recoveryPoint(TopicPartition partition) {
    return recoveryPoints.getOrDefault(partition, 0L);
  }

  /**
   * Writes the recovery points unless the file has the same content already.
   *
   * @param current called while no point can be taken back, so that its result is up to date
   */
  synchronized void writeRecoveryPoints(Supplier<Map<TopicPartition, Long>> current) throws IOException {
    Map<TopicPartition, Long> points = current.get();
    if (!points.equals(recoveryPoints)) {
      CheckpointFile.write(path.resolve(RECOVERY_POINTS), points);
      recoveryPoints = Map.copyOf(points);
    }
  }

  /** Takes a recovery point back when it is above an offset. */
  synchronized void lowerRecoveryPoint(TopicPartition partition, long offset) throws IOException {
    Long point = recoveryPoints.get(partition);
    if (point != null && point > offset) {
      Map<TopicPartition, Long> points = new HashMap<>(recoveryPoints);
      points.put(partition, offset);
      writeRecoveryPoints(() -> points);
    }
  }

  /** @return names of the existing tables */
  List<String> checkpoints() throws IOException {
    List<String> names = new ArrayList<>();
    for (String name : SegmentSwap.names(path)) {
      if (isCheckpointName(name) && Files.isRegularFile(path.resolve(name))) {
        names.add(name);
      }
    }
    return names;
  }

  static boolean isCheckpointName(String name) {
    return name.matches("[A-Za-z0-9-]{1,100}");
  }

  /** @return the rows of a table; none when it cannot be read, which is logged once */
  synchronized Map<TopicPartition, Long> readCheckpoint(String name) throws IOException {
    return readTolerantly(path.resolve(name));
  }

  /**
   * A crash of the machine can leave an empty or torn file. Its content is known from the logs, or is found by reading them, so it
   * is no reason to refuse them. The file is moved aside, so that the next read logs nothing more.
   */
  private static Map<TopicPartition, Long> readTolerantly(Path file) throws IOException {
    try {
      return CheckpointFile.read(file);
    } catch (DamagedCheckpointException e) {
      Path aside = file.resolveSibling(file.getFileName() + DAMAGED_SUFFIX);
      LOG.warn("A checkpoint is damaged and counts as empty; the logs supply its content file={} keptAs={} cause={}", file,
          aside.getFileName(), e.getMessage());
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      return Map.of();
    }
  }

  synchronized void writeCheckpoint(String name, Map<TopicPartition, Long> rows) throws IOException {
    CheckpointFile.write(path.resolve(name), rows);
    if (name.equals(RECOVERY_POINTS)) {
      recoveryPoints = Map.copyOf(rows);
    }
  }

  /** @param clean whether all its logs were closed cleanly */
  void close(boolean clean) throws IOException {
    try {
      if (clean) {
        DurableFiles.replace(path.resolve(CLEAN_MARKER), true, ByteBuffer.wrap("{\"version\":0}".getBytes(StandardCharsets.UTF_8)));
      }
    } finally {
      lock.release();
      lockChannel.close();
    }
  }
}
