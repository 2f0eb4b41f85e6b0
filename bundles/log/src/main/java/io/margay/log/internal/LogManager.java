package io.margay.log.internal;

import io.margay.model.Clock;
import io.margay.model.FaultHandler;
import io.margay.model.Scheduler;
import io.margay.model.TopicIdPartition;
import io.margay.protocol.record.RecordScratchPool;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.SettingValues;
import io.margay.spi.lease.LeaseSettings;
import io.margay.spi.lease.ServiceHolder.Lease;
import io.margay.spi.log.LogConfig;
import io.margay.spi.log.Logs;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.storage.MultiPlaceEngine;
import io.margay.spi.storage.SegmentInfo;
import io.margay.spi.storage.StorageEngine;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The entry of this bundle: opens and deletes logs in the storage engines that are present, by name. An engine that leaves suspends
 * its logs; one that comes resumes them. {@link Housekeeping} runs the background work.
 */
@Component(service = Logs.class)
public final class LogManager implements Logs {
  private static final Logger LOG = LoggerFactory.getLogger(LogManager.class);

  /** Unless it is set, the limit is one producer id for this many bytes of the heap. */
  private static final long HEAP_PER_PRODUCER_ID = 1024;

  private final Map<String, EngineSlot> slots = new ConcurrentHashMap<>();
  private final RecordScratchPool scratches = new RecordScratchPool(ByteBufAllocator.DEFAULT);
  private final ProducerLimits producerLimits;
  private final Clock clock;
  private final LogThreads threads;
  private final SettingValues settings;
  private final Housekeeping housekeeping;
  private final EngineWaits waits;
  private final EngineCatalog catalog;
  private final LogHomes homes;
  private final LogMover mover;
  private final OfflineLogs offline;
  private volatile boolean closed;

  /** Starts the background work. */
  @Activate
  public LogManager(@Reference NodeSettings settings, @Reference Clock clock, @Reference Scheduler scheduler,
      @Reference FaultHandler faults) throws IOException {
    this(settings, clock, scheduler, faults, settings.dataDirectory());
  }

  /** @param directory where the file that tells which engine holds what is kept; null for nowhere */
  LogManager(SettingValues settings, Clock clock, Scheduler scheduler, FaultHandler faults, Path directory) throws IOException {
    this(settings, clock, scheduler, faults, directory, LogThreads.REAL);
  }

  /** The same with threads that the caller makes. */
  LogManager(SettingValues settings, Clock clock, Scheduler scheduler, FaultHandler faults, Path directory, LogThreads threads)
      throws IOException {
    this.threads = threads;
    this.catalog = new EngineCatalog(directory);
    this.homes = new LogHomes(slots, this::slot, catalog);
    this.mover = new LogMover(this::slot, catalog, settings, scheduler, threads.single("margay-log-mover"));
    this.settings = settings;
    this.producerLimits = new ProducerLimits(() -> settings.get(LogManagerSettings.MARGAY_PRODUCER_IDS_PER_PARTITION_MAX),
        () -> perNode(settings.get(LogManagerSettings.MARGAY_PRODUCER_IDS_MAX)));
    this.clock = clock;
    this.offline = new OfflineLogs(clock, scheduler, faults, threads.single("margay-log-reopen"), log -> slot(log.engine()).reopen(log));
    this.housekeeping = new Housekeeping(this, settings, clock, scheduler, threads);
    this.waits = new EngineWaits(scheduler, () -> settings.get(LeaseSettings.MARGAY_HANDLER_WAIT_MS));
  }

  private static int perNode(int setting) {
    return setting > 0 ? setting : (int) Math.min(Integer.MAX_VALUE / 2, Runtime.getRuntime().maxMemory() / HEAP_PER_PRODUCER_ID);
  }

  ProducerLimits producerLimits() {
    return producerLimits;
  }

  /** An engine came: callers that wait for its name continue. */
  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void addEngine(StorageEngine engine) {
    EngineSlot slot = slot(engine.name());
    StorageEngine old = slot.holder().peek();
    if (old != null && old != engine) {
      LOG.warn("Two storage engines have the same name, the newer one is used engine={}", engine.name());
      removeEngine(old);
    }
    slot.holder().set(engine);
    waits.engineCame();
    housekeeping.soon(() -> {
      slot.resumeLogs();
      mover.engineCame(slot.name());
      noteWhatIsIn(slot);
    });
  }

  /** Records logs that were stored before the catalog existed. */
  private void noteWhatIsIn(EngineSlot slot) {
    try (Lease<StorageEngine> lease = slot.holder().lease()) {
      if (lease != null && lease.service().promise() != StorageEngine.Promise.EPHEMERAL) {
        catalog.add(slot.name(), lease.service().list());
      }
    } catch (IOException e) {
      LOG.error("The logs of a storage engine cannot be recorded engine={}", slot.name(), e);
    }
  }

  /** An engine leaves: its logs are closed cleanly before this returns, while it still works. */
  void removeEngine(StorageEngine engine) {
    EngineSlot slot = slots.get(engine.name());
    if (slot == null || slot.holder().peek() != engine) {
      return;
    }
    slot.holder().clear(engine);
    slot.suspendLogs(engine);
  }

  private EngineSlot slot(String name) {
    return slots.computeIfAbsent(name, n -> new EngineSlot(n, threads, flusher -> new LogEnvironment(clock, offline, flusher,
        () -> settings.get(LogManagerSettings.PRODUCER_ID_EXPIRATION_MS), this::soon, scratches, producerLimits),
        log -> mover.configured(log), offline::wentOffline));
  }

  /** Runs a task in the background, after earlier tasks. */
  void soon(Runnable task) {
    housekeeping.soon(task);
  }

  Collection<EngineSlot> slots() {
    return slots.values();
  }

  @Override
  public PartitionLog open(TopicIdPartition id, LogConfig config) throws IOException {
    if (closed) {
      throw new IOException("the log of " + id + " is not opened, because the node stops");
    }
    EngineSlot slot = homes.find(id, config);
    SegmentedPartitionLog log;
    try (Lease<StorageEngine> lease = slot.holder().lease()) {
      if (lease == null) {
        throw new IOException("there is no storage engine named " + slot.name());
      }
      log = slot.open(lease.service(), id, config);
    }
    mover.opened(log);
    return log;
  }

  @Override
  public void whenReady(TopicIdPartition id, LogConfig config, Runnable ready) {
    String missing = homes.missing(id, config);
    if (missing != null) {
      LOG.debug("A log waits for its storage engine partition={} engine={}", id, missing);
    }
    waits.await(() -> homes.missing(id, config) == null, ready);
  }

  @Override
  public List<EngineState> engines() {
    List<EngineState> engines = new ArrayList<>();
    for (EngineSlot slot : slots.values()) {
      try (Lease<StorageEngine> lease = slot.holder().lease()) {
        StorageEngine engine = lease == null ? null : lease.service();
        engines.add(new EngineState(slot.name(), engine == null ? null : engine.promise(),
            engine == null ? List.of() : engine.places(), slot.logs().size()));
      }
    }
    engines.sort(Comparator.comparing(EngineState::name));
    return engines;
  }

  @Override
  public List<LogPlacement> placements() {
    Set<SegmentedPartitionLog> logs = new LinkedHashSet<>();
    forEachSlotTwice(slot -> logs.addAll(slot.logs()));
    List<LogPlacement> placements = new ArrayList<>();
    for (SegmentedPartitionLog log : logs) {
      String engine = log.engine();
      String wanted = log.config().engine();
      long left = wanted.equals(engine) ? 0 : bytesFrom(log, mover.copiedTo(log.id()));
      placements.add(new LogPlacement(log.id(), engine, wanted, log.sizeBytes(), left, mover.waitsFor(log.id())));
    }
    return placements;
  }

  /** A log that changes its slot enters the new one before it leaves the old one, so one look may miss it, but not two. */
  private void forEachSlotTwice(Consumer<EngineSlot> look) {
    slots.values().forEach(look);
    slots.values().forEach(look);
  }

  /** Approximate number of bytes after an offset: by segment, and evenly within one. */
  private static long bytesFrom(SegmentedPartitionLog log, long offset) {
    long bytes = 0;
    for (SegmentInfo segment : log.segments()) {
      long records = segment.nextOffset() - segment.baseOffset();
      if (segment.nextOffset() > offset && records > 0) {
        bytes += segment.sizeBytes() * (segment.nextOffset() - Math.max(offset, segment.baseOffset())) / records;
      }
    }
    return bytes;
  }

  /** Takes a log out of an engine. */
  @FunctionalInterface
  private interface Removal {
    void from(StorageEngine engine) throws IOException;
  }

  @Override
  public void delete(TopicIdPartition id) throws IOException {
    remove(id, engine -> engine.delete(id));
  }

  @Override
  public void setAside(TopicIdPartition id) throws IOException {
    remove(id, engine -> engine.setAside(id));
  }

  private void remove(TopicIdPartition id, Removal removal) throws IOException {
    Set<SegmentedPartitionLog> open = new LinkedHashSet<>();
    forEachSlotTwice(slot -> {
      SegmentedPartitionLog log = slot.log(id);
      if (log != null) {
        open.add(log);
      }
    });
    for (SegmentedPartitionLog log : open) {
      log.close();
    }
    mover.cancel(id);
    for (EngineSlot slot : slots.values()) {
      slot.forget(id);
      try (Lease<StorageEngine> lease = slot.holder().lease()) {
        if (lease != null && lease.service().placeOf(id) != null) {
          removal.from(lease.service());
        }
      }
      catalog.remove(slot.name(), id);
    }
  }

  @Override
  public List<TopicIdPartition> stored() throws IOException {
    List<TopicIdPartition> stored = new ArrayList<>();
    for (EngineSlot slot : slots.values()) {
      try (Lease<StorageEngine> lease = slot.holder().lease()) {
        if (lease != null) {
          stored.addAll(lease.service().list());
        }
      }
    }
    return stored;
  }

  @Override
  public List<StorageEngine.Place> places() {
    List<StorageEngine.Place> places = new ArrayList<>();
    for (EngineSlot slot : slots.values()) {
      try (Lease<StorageEngine> lease = slot.holder().lease()) {
        if (lease != null) {
          places.addAll(lease.service().places());
        }
      }
    }
    return places;
  }

  @Override
  public void moveTo(TopicIdPartition id, String place) throws IOException {
    List<SegmentedPartitionLog> found = new ArrayList<>(1);
    forEachSlotTwice(slot -> Optional.ofNullable(slot.log(id)).ifPresent(found::add));
    if (found.isEmpty()) {
      throw new IllegalStateException("the log of " + id + " is not open");
    }
    SegmentedPartitionLog log = found.get(0);
    try (Lease<StorageEngine> lease = slot(log.engine()).holder().lease()) {
      StorageEngine engine = lease == null ? null : lease.service();
      StorageEngine.Place there = engine == null ? null
          : engine.places().stream().filter(each -> each.path().equals(place)).findFirst().orElse(null);
      if (engine == null || there != null && there.offlineCause() != null) {
        throw new IOException(engine == null ? "the storage engine " + log.engine() + " is not there" : place + " is offline");
      }
      if (there == null || !(engine instanceof MultiPlaceEngine places)) {
        throw new IllegalArgumentException("the storage engine " + log.engine() + ", which holds the log of " + id + ", has no place "
            + place + " to move it to");
      }
      mover.moveTo(log, place, places);
    }
  }

  @Override
  public LogCopy copyOf(TopicIdPartition id) {
    String place = mover.placeFor(id);
    return place == null ? null : new LogCopy(place, mover.copiedBytes(id), Math.max(0, mover.copiedTo(id)));
  }

  @Override
  public String placeOf(TopicIdPartition id) {
    for (EngineSlot slot : slots.values()) {
      try (Lease<StorageEngine> lease = slot.holder().lease()) {
        String place = lease == null ? null : lease.service().placeOf(id);
        if (place != null) {
          return place;
        }
      }
    }
    return null;
  }

  /** Ends the background work, closes the logs that are still open and writes the checkpoints. */
  @Deactivate
  void close() {
    closed = true;
    waits.close();
    mover.close();
    offline.close();
    housekeeping.close();
    for (EngineSlot slot : slots.values()) {
      slot.close();
    }
    scratches.close();
    LOG.info("Closed all logs");
  }
}
