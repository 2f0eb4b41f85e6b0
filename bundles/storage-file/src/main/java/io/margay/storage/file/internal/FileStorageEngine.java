package io.margay.storage.file.internal;

import io.margay.model.Clock;
import io.margay.model.FaultHandler;
import io.margay.model.TopicIdPartition;
import io.margay.model.TopicPartition;
import io.margay.protocol.KafkaUuid;
import io.margay.spi.storage.Background;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.MultiPlaceEngine;
import io.margay.spi.storage.StoreConfig;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs as segment files in one or several directories. Safe for all threads; different partitions are opened in parallel. The one
 * thread of {@link Background} does everything that is not urgent (deleting, flushing rolled segments, recovery points, closing
 * idle files).
 */
class FileStorageEngine implements MultiPlaceEngine, StoreOwner, AutoCloseable {
  static final String NAME = "file";
  private static final Logger LOG = LoggerFactory.getLogger(FileStorageEngine.class);
  private static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final LogDirectories directories;
  private final SegmentResources resources;
  private final FaultHandler faults;
  private final Clock clock;
  private final Background background;
  private final Map<TopicPartition, PartitionEntry> entries = new ConcurrentHashMap<>();
  private final Map<FileLogStore, PartitionEntry> open = new ConcurrentHashMap<>();
  private final LogCopies copies;
  /** Names of tables that may have rows from an earlier topic. */
  private final Set<TopicPartition> staleNames = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * Locks the directories and finds the partitions that they hold.
   *
   * @param paths at least one; created when missing
   * @param faults notified when a directory is offline, and of failures that no caller sees
   * @throws IOException when no directory can be used
   * @throws IllegalStateException when another process uses one
   */
  FileStorageEngine(List<Path> paths, Disk disk, FaultHandler faults, Clock clock) throws IOException {
    this(paths, SegmentResources.of(disk), faults, clock, IDLE_NANOS);
  }

  /** @param recoveryPointNanos how often the recovery points are written */
  FileStorageEngine(List<Path> paths, SegmentResources resources, FaultHandler faults, Clock clock, long recoveryPointNanos)
      throws IOException {
    this.resources = resources;
    this.faults = faults;
    this.clock = clock;
    this.directories = LogDirectories.open(paths, faults);
    this.copies = new LogCopies(directories);
    this.background = new Background("margay-storage-file", faults);
    try {
      FoundLogs found = FoundLogs.in(directories);
      for (LogDirectory directory : directories.online()) {
        directory.expect(found.count(directory));
      }
      for (FoundLogs.Found log : found.logs()) {
        PartitionEntry entry = new PartitionEntry(log.partition(), null, log.directory(), log.path(), log.directory().wasClean());
        entry.uncertain(found.isUncertain(log));
        entries.put(log.partition(), entry);
      }
      found.copies().forEach(copies::found);
      findStaleNames();
      found.leftovers().forEach(this::deleteLater);
    } catch (IOException | RuntimeException e) {
      background.close();
      directories.close(directory -> false);
      throw e;
    }
    background.every(IDLE_NANOS, "maintain the logs", this::maintainStores);
    background.every(recoveryPointNanos, "maintain the logs", this::writeRecoveryPoints);
  }

  private void findStaleNames() throws IOException {
    for (LogDirectory directory : directories.online()) {
      for (String name : directory.checkpoints()) {
        for (TopicPartition partition : directory.readCheckpoint(name).keySet()) {
          if (!entries.containsKey(partition)) {
            staleNames.add(partition);
          }
        }
      }
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Promise promise() {
    return Promise.DURABLE;
  }

  @Override
  public boolean kept() {
    return directories.kept();
  }

  @Override
  public List<TopicIdPartition> list() throws IOException {
    List<TopicIdPartition> ids = new ArrayList<>(entries.size());
    for (PartitionEntry entry : entries.values()) {
      ids.add(entry.id());
    }
    return ids;
  }

  @Override
  public List<Place> places() {
    List<Place> places = new ArrayList<>();
    for (LogDirectory directory : directories.online()) {
      try {
        FileStore store = Files.getFileStore(directory.path());
        places.add(new Place(directory.toString(), store.getTotalSpace(), store.getUsableSpace(), null));
      } catch (IOException e) {
        places.add(new Place(directory.toString(), -1, -1, e));
      }
    }
    directories.offline().forEach((path, cause) -> places.add(new Place(path.toString(), -1, -1, cause)));
    return places;
  }

  @Override
  public String placeOf(TopicIdPartition id) {
    PartitionEntry entry = entries.get(id.topicPartition());
    try {
      return entry == null || !entry.id().equals(id) ? null : entry.directory().toString();
    } catch (IOException e) {
      LOG.warn("Cannot read the topic id of a partition path={}", entry.path(), e);
      return null;
    }
  }

  @Override
  public LogStore open(TopicIdPartition id, StoreConfig config) throws IOException {
    directories.onUse();
    while (true) {
      refuseIfClosed();
      PartitionEntry entry = entries.get(id.topicPartition());
      if (entry == null) {
        return create(id, config);
      }
      synchronized (entry) {
        // Deleted while this thread waited for it.
        if (entries.get(id.topicPartition()) == entry) {
          return open(entry, id, config);
        }
      }
    }
  }

  private LogStore open(PartitionEntry entry, TopicIdPartition id, StoreConfig config) throws IOException {
    if (entry.store() != null) {
      throw new IllegalStateException("the log of " + id + " is open");
    }
    entry.requireCertain();
    if (entry.id().topicId().equals(KafkaUuid.ZERO) && !id.topicId().equals(KafkaUuid.ZERO)) {
      // A crash came between the directory and this file, or an old Kafka wrote the directory.
      LogDirectory.writeTopicId(entry.path(), id.topicId());
      entry.adopt(id);
    } else if (!entry.id().equals(id)) {
      throw new IOException("the directory " + entry.path() + " belongs to the topic id "
          + KafkaUuid.toString(entry.id().topicId()) + ", not to " + KafkaUuid.toString(id.topicId())
          + "; that one must be deleted first");
    }
    boolean clean = entry.clean();
    long trusted = clean ? LogRecovery.CLEAN : entry.written() ? LogRecovery.WRITTEN : entry.recoveryPoint();
    LogRecovery recovery = new LogRecovery(entry.path(), resources, trusted);
    List<Segment> segments = recovery.open();
    if (entry.takeFlushFailed()) {
      SegmentFiles.writeAgain(segments, entry.recoveryPoint());
    }
    if (entry.takeDoubt()) {
      entry.directory().onRecovered();
    }
    long flushed = clean ? Long.MAX_VALUE : entry.recoveryPoint();
    FileLogStore store = new FileLogStore(new FileLogStore.Opened(entry.path(), segments, flushed, clean, false), resources, clock,
        this, config);
    store.files().listed(recovery.names());
    return opened(entry, store);
  }

  /** New partitions are created one after the other, so that the directory with the fewest partitions is known. */
  private synchronized LogStore create(TopicIdPartition id, StoreConfig config) throws IOException {
    TopicPartition partition = id.topicPartition();
    if (entries.containsKey(partition)) {
      throw new IllegalStateException("the log of " + id + " is being created by another thread");
    }
    if (staleNames.contains(partition)) {
      purgeStaleRows();
    }
    LogDirectory directory = directories.leastUsed(entries.values());
    directory.copyNotes().remove(partition); // of a copy that could not be created
    Path path = directory.create(partition, id.topicId());
    PartitionEntry entry = new PartitionEntry(partition, id, directory, path, true);
    LogStore store = opened(entry, created(path, config));
    entries.put(partition, entry);
    return store;
  }

  private FileLogStore created(Path path, StoreConfig config) throws IOException {
    Segment first = SegmentFiles.existing(path, resources, 0, 0, 0);
    FileLogStore made = new FileLogStore(new FileLogStore.Opened(path, List.of(first), 0, true, true), resources, clock, this,
        config);
    made.files().listed(new String[0]);
    return made;
  }

  @Override
  public synchronized LogStore openCopy(TopicIdPartition id, String place, StoreConfig config) throws IOException {
    refuseIfClosed();
    PartitionEntry copy = copies.begin(id, held(id), place);
    return opened(copy, created(copy.path(), config));
  }

  private PartitionEntry held(TopicIdPartition id) throws IOException {
    PartitionEntry entry = entries.get(id.topicPartition());
    if (entry == null || !entry.id().equals(id)) {
      throw new IllegalStateException("the log of " + id + " is not here");
    }
    return entry;
  }

  @Override
  public String copyPlaceOf(TopicIdPartition id) {
    return copies.placeOf(id);
  }

  @Override
  public synchronized void useCopy(TopicIdPartition id) throws IOException {
    entries.put(id.topicPartition(), copies.use(id, held(id)));
  }

  @Override
  public synchronized void deleteCopy(TopicIdPartition id) throws IOException {
    Path copy = copies.delete(id);
    if (copy != null) {
      deleteLater(copy);
    }
  }

  private FileLogStore opened(PartitionEntry entry, FileLogStore store) {
    entry.onOpened(store);
    open.put(store, entry);
    return store;
  }

  /** Removes rows of deleted topics, so that a new topic of the same name does not inherit them. */
  private void purgeStaleRows() throws IOException {
    for (LogDirectory directory : directories.online()) {
      for (String name : directory.checkpoints()) {
        Map<TopicPartition, Long> rows = directory.readCheckpoint(name);
        Map<TopicPartition, Long> kept = new HashMap<>(rows);
        kept.keySet().retainAll(entries.keySet());
        if (kept.size() < rows.size()) {
          directory.writeCheckpoint(name, kept);
        }
      }
    }
    staleNames.clear();
  }

  /** Renames the directory of a partition, so that it no longer counts as one. */
  @FunctionalInterface
  private interface Renaming {
    void of(LogDirectory directory, Path path) throws IOException;
  }

  @Override
  public void delete(TopicIdPartition id) throws IOException {
    remove(id, (directory, path) -> deleteLater(directory.renameForDeletion(path)));
  }

  @Override
  public void setAside(TopicIdPartition id) throws IOException {
    remove(id, (directory, path) -> directory.setAside(path, clock.millis()));
  }

  @Override
  public int deleteSetAside(long beforeMs) throws IOException {
    int count = 0;
    for (LogDirectory directory : directories.online()) {
      for (Path stray : directory.setAsideBefore(beforeMs)) {
        deleteLater(directory.renameForDeletion(stray));
        count++;
      }
    }
    return count;
  }

  private synchronized void remove(TopicIdPartition id, Renaming renaming) throws IOException {
    PartitionEntry entry = entries.get(id.topicPartition());
    if (entry == null || !entry.id().equals(id)) {
      return;
    }
    synchronized (entry) {
      if (entry.store() != null) {
        throw new IllegalStateException("the log of " + id + " is open");
      }
      deleteCopy(id);
      renaming.of(entry.directory(), entry.path());
      if (entry.takeDoubt()) {
        entry.directory().onRecovered();
      }
      entry.directory().copyNotes().remove(id.topicPartition());
      staleNames.add(id.topicPartition());
      entries.remove(id.topicPartition());
    }
  }

  @Override
  public Map<TopicIdPartition, Long> readCheckpoint(String name) throws IOException {
    checkName(name);
    Map<TopicIdPartition, Long> result = new HashMap<>();
    for (LogDirectory directory : directories.online()) {
      for (Map.Entry<TopicPartition, Long> row : directory.readCheckpoint(name).entrySet()) {
        PartitionEntry entry = entries.get(row.getKey());
        if (entry != null && entry.directory() == directory) {
          result.put(entry.id(), row.getValue());
        }
      }
    }
    return result;
  }

  /** Rows of partitions that this engine does not hold are left out. */
  @Override
  public synchronized void writeCheckpoint(String name, Map<TopicIdPartition, Long> values) throws IOException {
    checkName(name);
    Map<LogDirectory, Map<TopicPartition, Long>> byDirectory = new HashMap<>();
    directories.online().forEach(directory -> byDirectory.put(directory, new HashMap<>()));
    for (Map.Entry<TopicIdPartition, Long> row : values.entrySet()) {
      TopicIdPartition id = row.getKey();
      PartitionEntry entry = entries.get(id.topicPartition());
      if (entry != null && entry.id().equals(id)) {
        byDirectory.get(entry.directory()).put(id.topicPartition(), row.getValue());
      }
    }
    for (Map.Entry<LogDirectory, Map<TopicPartition, Long>> rows : byDirectory.entrySet()) {
      rows.getKey().writeCheckpoint(name, rows.getValue());
    }
  }

  private static void checkName(String name) {
    if (!LogDirectory.isCheckpointName(name) || name.equals(LogDirectory.RECOVERY_POINTS)) {
      throw new IllegalArgumentException("not a name of a checkpoint: '" + name + "', expected letters, digits and '-'");
    }
  }

  @Override
  public void onFlushedOffsetLowered(FileLogStore store, long flushedOffset) throws IOException {
    PartitionEntry entry = open.get(store);
    entry.directory().lowerRecoveryPoint(entry.partition(), flushedOffset);
  }

  @Override
  public void onBroken(FileLogStore store) {
    PartitionEntry entry = open.get(store);
    if (entry != null) {
      entry.onFlushFailed();
      entry.directory().distrustPageCache();
    }
  }

  @Override
  public void onRolled(FileLogStore store) {
    background.run("flush a rolled segment in " + store.directory(), () -> {
      if (open.containsKey(store)) {
        store.flushRolled();
      }
    });
  }

  @Override
  public void onIndexGrown(FileLogStore store) {
    background.run("save an index in " + store.directory(), () -> {
      if (open.containsKey(store)) {
        store.saveIndexIfMuchIsNew();
      }
    });
  }

  @Override
  public void deleteLater(Path path) {
    background.run("delete " + path, () -> deleteRecursively(path));
  }

  private static void deleteRecursively(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      for (String name : SegmentSwap.names(path)) {
        deleteRecursively(path.resolve(name));
      }
    }
    Files.deleteIfExists(path);
  }

  @Override
  public void onClosed(FileLogStore store, boolean clean) {
    PartitionEntry entry = open.remove(store);
    if (entry != null) {
      entry.onClosed(store.flushedOffset(), clean);
      deleteIfReplaced(entry);
    }
  }

  private void deleteIfReplaced(PartitionEntry entry) {
    try {
      Path original = copies.onClosed(entry);
      if (original != null) {
        deleteLater(original);
      }
    } catch (IOException e) {
      faults.onFault("cannot delete the log in " + entry.path() + ", which has moved; it is deleted at the next start", e);
    }
  }

  /** Saves recovery points that moved, and closes idle files. */
  void maintain() throws IOException {
    maintainStores();
    writeRecoveryPoints();
  }

  private void maintainStores() throws IOException {
    for (FileLogStore store : open.keySet()) {
      store.maintain(IDLE_NANOS);
    }
  }

  private void writeRecoveryPoints() throws IOException {
    for (LogDirectory directory : directories.online()) {
      directory.writeRecoveryPoints(() -> {
        Map<TopicPartition, Long> points = new HashMap<>();
        entries.forEach((partition, entry) -> {
          if (entry.directory() == directory) {
            points.put(partition, entry.recoveryPoint());
          }
        });
        return points;
      });
    }
  }

  private void refuseIfClosed() throws IOException {
    if (closed) {
      throw new IOException("the storage engine is closed");
    }
  }

  /** Closes all logs that are still open, and leaves the clean-shutdown mark in each directory where that succeeded. */
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    background.close();
    List<FileLogStore> stores = new ArrayList<>(open.keySet());
    stores.sort(Comparator.comparing(FileLogStore::directory));
    for (FileLogStore store : stores) {
      try {
        store.close();
      } catch (IOException | RuntimeException e) {
        faults.onFault("cannot close the log in " + store.directory(), e);
      }
    }
    boolean saved = false;
    try {
      writeRecoveryPoints();
      saved = true;
    } finally {
      boolean allSaved = saved;
      directories.close(directory -> allSaved && directory.known()
          && entries.values().stream().allMatch(entry -> entry.directory() != directory || entry.clean()));
    }
  }
}
