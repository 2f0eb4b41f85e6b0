package io.margay.storage.mapdb.internal;

import io.margay.model.Clock;
import io.margay.model.FaultHandler;
import io.margay.model.TopicIdPartition;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StorageEngine;
import io.margay.spi.storage.StoreConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.mapdb.Serializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs in one database. The database is opened when it is first needed: without partitions it costs nothing. When it cannot be
 * opened, the place is offline until the engine is restarted. Safe for all threads.
 */
class MapDbEngine implements StorageEngine, StoreOwner, AutoCloseable {
  static final String NAME = "mapdb";
  private static final Logger LOG = LoggerFactory.getLogger(MapDbEngine.class);
  private static final long TICK_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final Pattern TABLE_NAME = Pattern.compile("[A-Za-z0-9-]{1,200}");
  /** The counter of partitions; no table can have this name. */
  private static final String NEXT_NUMBER = ".next";
  /** The prefix of the names of rows that keep a log that was set aside; no table can have such a name. */
  private static final String STRAY = ".stray.";

  private final Path directory;
  private final Disk disk;
  private final Database.Limits limits;
  private final FaultHandler faults;
  private final Clock clock;
  private final Map<TopicIdPartition, Entry> entries = new ConcurrentHashMap<>();
  private final Set<Long> protectedSegments = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean collecting = new AtomicBoolean();
  /** Null until it is needed. */
  private volatile Database database;
  private volatile IOException offline;
  private volatile boolean closed;

  /** A partition that the database holds. Guarded by the engine's monitor. */
  private static final class Entry {
    final long number;
    LogState state;
    volatile MapDbLogStore store;

    Entry(long number, LogState state) {
      this.number = number;
      this.state = state;
    }
  }

  /** @param directory created with the first partition */
  MapDbEngine(Path directory, Disk disk, Database.Limits limits, FaultHandler faults, Clock clock) {
    this.directory = directory;
    this.disk = disk;
    this.limits = limits;
    this.faults = faults;
    this.clock = clock;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Promise promise() {
    return Promise.DURABLE;
  }

  /** @return the database; null when there is none on disk and none should be created */
  private Database database(boolean create) throws IOException {
    Database open = database;
    return open != null ? open : open(create);
  }

  private synchronized Database open(boolean create) throws IOException {
    if (closed) {
      throw new IOException("the storage engine is closed");
    }
    if (database != null) {
      return database;
    }
    if (!create && !Files.isDirectory(directory)) {
      return null;
    }
    try {
      Files.createDirectories(directory);
      Database opened = new Database(directory, disk, limits, faults);
      try {
        load(opened);
      } catch (IOException | RuntimeException e) {
        closeQuietly(opened);
        throw e;
      }
      opened.every(TICK_NANOS, this::tick);
      database = opened;
      offline = null;
      collectGarbage();
      return opened;
    } catch (IOException e) {
      if (offline == null) {
        // The next caller that needs the database tries again; only the first failure is reported.
        faults.onFault("cannot open the database in " + directory, e);
      }
      offline = e;
      throw new IOException(directory + " is offline: " + e.getMessage(), e);
    }
  }

  /** The stores of a database that an I/O error broke are useless: it is opened again, and each of them by its user. */
  private synchronized void leaveBroken() {
    Database broken = database;
    if (broken != null && broken.broken() != null) {
      LOG.info("Opening a database again after an I/O error directory={}", directory);
      database = null;
      entries.clear();
      protectedSegments.clear();
      closeQuietly(broken);
    }
  }

  private void closeQuietly(Database unusable) {
    try {
      unusable.close();
    } catch (IOException | RuntimeException e) {
      LOG.debug("A database was not closed cleanly directory={}", directory, e);
    }
  }

  private void tick() {
    for (Entry entry : entries.values()) {
      MapDbLogStore store = entry.store;
      if (store != null) {
        store.onTick();
      }
    }
  }

  private void load(Database opened) throws IOException {
    opened.read(d -> {
      for (Map.Entry<Long, byte[]> row : d.partitions().getEntries()) {
        LogState.Decoded decoded = LogState.decode(row.getValue());
        entries.put(decoded.id(), new Entry(row.getKey(), decoded.state()));
      }
      return null;
    });
  }

  @Override
  public List<TopicIdPartition> list() throws IOException {
    database(false);
    return List.copyOf(entries.keySet());
  }

  @Override
  public List<Place> places() {
    Database open = database;
    IOException cause = open != null && open.broken() != null ? open.broken() : offline;
    Path existing = directory;
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent();
    }
    try {
      FileStore store = Files.getFileStore(existing);
      return List.of(new Place(directory.toString(), store.getTotalSpace(), store.getUsableSpace(), cause));
    } catch (IOException e) {
      return List.of(new Place(directory.toString(), -1, -1, cause == null ? e : cause));
    }
  }

  @Override
  public String placeOf(TopicIdPartition id) {
    try {
      database(false);
    } catch (IOException e) {
      LOG.warn("Cannot determine whether the database holds a partition partition={} directory={}", id, directory, e);
    }
    return entries.containsKey(id) ? directory.toString() : null;
  }

  @Override
  public synchronized LogStore open(TopicIdPartition id, StoreConfig config) throws IOException {
    leaveBroken();
    Database db = database(true);
    Entry entry = entries.get(id);
    if (entry == null) {
      entry = create(db, id);
    } else if (entry.store != null) {
      throw new IllegalStateException("the log of " + id + " is open");
    }
    LogState state = entry.state;
    boolean clean = state.clean();
    if (!clean) {
      LogState unsure = state;
      SegmentState last = db.read(d -> MapDbLogStore.figures(d, unsure.last(), unsure.last().info().lastModifiedMs()));
      state = state.withLast(last);
    }
    entry.store = new MapDbLogStore(new LogRow(db, id, entry.number, state), this, clock, clean, config);
    return entry.store;
  }

  private Entry create(Database db, TopicIdPartition id) throws IOException {
    return db.change(d -> {
      byte[] counter = d.tables().get(NEXT_NUMBER);
      long number = counter == null ? 1 : ByteBuffer.wrap(counter).getLong();
      d.tables().put(NEXT_NUMBER, ByteBuffer.allocate(Long.BYTES).putLong(number + 1).array());
      SegmentState first = SegmentState.empty(0, clock.millis(), SegmentIndex.create(d.store()));
      LogState state = new LogState(true, List.of(first), Map.of());
      d.partitions().put(number, state.encode(id));
      return new Entry(number, state);
    }, entry -> entries.put(id, entry));
  }

  @Override
  public synchronized void onClosed(TopicIdPartition id, MapDbLogStore store) {
    Entry entry = entries.get(id);
    if (entry != null && entry.store == store) {
      entry.state = store.state();
      entry.store = null;
    }
  }

  @Override
  public synchronized void delete(TopicIdPartition id) throws IOException {
    Database db = database(false);
    Entry entry = entries.get(id);
    if (db == null || entry == null) {
      return;
    }
    if (entry.store != null) {
      throw new IllegalStateException("the log of " + id + " is open");
    }
    db.change(d -> {
      d.partitions().remove(entry.number);
      discard(d, entry.state);
      return id;
    }, entries::remove);
    collectGarbage();
  }

  private static void discard(Database d, LogState state) {
    state.segments().forEach(segment -> d.garbage().put(segment.recid(), new byte[0]));
    state.blobs().values().forEach(recid -> d.store().delete(recid, Serializer.BYTE_ARRAY_NOSIZE));
  }

  /** What was kept of the partition moves from the partitions to the tables, after the time. */
  @Override
  public synchronized void setAside(TopicIdPartition id) throws IOException {
    Database db = database(false);
    Entry entry = entries.get(id);
    if (db == null || entry == null) {
      return;
    }
    if (entry.store != null) {
      throw new IllegalStateException("the log of " + id + " is open");
    }
    long change = db.change(d -> {
      d.partitions().remove(entry.number);
      byte[] state = entry.state.encode(id);
      d.tables().put(STRAY + entry.number, ByteBuffer.allocate(Long.BYTES + state.length).putLong(clock.millis()).put(state).array());
      return d.sequence() + 1;
    }, sequence -> entries.remove(id));
    db.force(change);
  }

  @Override
  public synchronized int deleteSetAside(long beforeMs) throws IOException {
    Database db = database(false);
    if (db == null) {
      return 0;
    }
    List<String> due = db.read(d -> {
      List<String> names = new ArrayList<>();
      for (Map.Entry<String, byte[]> table : d.tables().tailMap(STRAY).entrySet()) {
        if (!table.getKey().startsWith(STRAY)) {
          break;
        }
        if (ByteBuffer.wrap(table.getValue()).getLong() < beforeMs) {
          names.add(table.getKey());
        }
      }
      return names;
    });
    for (String name : due) {
      db.change(d -> {
        byte[] row = d.tables().remove(name);
        discard(d, LogState.decode(Arrays.copyOfRange(row, Long.BYTES, row.length)).state());
        return name;
      });
    }
    collectGarbage();
    return due.size();
  }

  @Override
  public void protect(long recid) {
    protectedSegments.add(recid);
  }

  @Override
  public void unprotect(long recid) {
    protectedSegments.remove(recid);
  }

  @Override
  public void collectGarbage() {
    Database db = database;
    if (db != null && collecting.compareAndSet(false, true)) {
      db.inBackground("delete segments that are not used any more", () -> {
        collecting.set(false);
        boolean more = true;
        while (more && !closed) {
          more = deleteSome(db);
          db.checkpointIfDue();
        }
      });
    }
  }

  /** Deletes so little at a time that no caller waits long. */
  private boolean deleteSome(Database db) throws IOException {
    return db.change(d -> {
      for (Long recid : d.garbage().getKeys()) {
        if (!protectedSegments.contains(recid)) {
          if (!SegmentIndex.deleteSome(d.store(), recid)) {
            d.garbage().remove(recid);
          }
          return true;
        }
      }
      return false;
    });
  }

  private static void checkTableName(String name) {
    if (!TABLE_NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("not a name of a checkpoint: '" + name + "', expected letters, digits and '-'");
    }
  }

  @Override
  public Map<TopicIdPartition, Long> readCheckpoint(String name) throws IOException {
    checkTableName(name);
    Database db = database(false);
    if (db == null) {
      return Map.of();
    }
    Map<Long, TopicIdPartition> ids = new HashMap<>();
    entries.forEach((id, entry) -> ids.put(entry.number, id));
    return db.read(d -> {
      Map<TopicIdPartition, Long> rows = new HashMap<>();
      byte[] bytes = d.tables().get(name);
      ByteBuffer table = ByteBuffer.wrap(bytes == null ? new byte[0] : bytes);
      while (table.hasRemaining()) {
        // Numbers are not reused: a row of a deleted partition matches no partition.
        TopicIdPartition id = ids.get(table.getLong());
        long value = table.getLong();
        if (id != null) {
          rows.put(id, value);
        }
      }
      return rows;
    });
  }

  /** Rows of partitions that this engine does not hold are left out. */
  @Override
  public void writeCheckpoint(String name, Map<TopicIdPartition, Long> values) throws IOException {
    checkTableName(name);
    Database db = database(false);
    if (db == null) {
      return;
    }
    ByteBuffer table = ByteBuffer.allocate(16 * values.size());
    values.forEach((id, value) -> {
      Entry entry = entries.get(id);
      if (entry != null) {
        table.putLong(entry.number).putLong(value);
      }
    });
    byte[] bytes = new byte[table.position()];
    table.flip().get(bytes);
    long change = db.change(d -> {
      d.tables().put(name, bytes);
      return d.sequence() + 1;
    });
    db.force(change);
  }

  /** Closes all logs that are still open, and the database. */
  @Override
  public void close() throws IOException {
    List<MapDbLogStore> open;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      open = entries.values().stream().filter(entry -> entry.store != null).map(entry -> entry.store).toList();
    }
    for (MapDbLogStore store : open) {
      try {
        store.close();
      } catch (IOException | RuntimeException e) {
        faults.onFault("cannot close a log in " + directory, e);
      }
    }
    Database db = database;
    if (db != null) {
      db.close();
    }
  }
}
