package io.margay.log.internal;

import io.margay.model.TopicIdPartition;
import io.margay.spi.lease.ServiceHolder.Lease;
import io.margay.spi.log.LogConfig;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StorageEngine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the engine in which to open a log: the one that holds it. That may differ from the one that its settings name, because the
 * log may still have to be moved. Leaves one copy when a crash during a move has left two.
 *
 * <p>Of two copies, the one counts whose marker says that it is a complete copy from the other engine; a copy that is marked as
 * unfinished does not count. Between its creation and its marker a copy is empty, so an empty one does not count either.
 */
final class LogHomes {
  private static final Logger LOG = LoggerFactory.getLogger(LogHomes.class);

  private final Map<String, EngineSlot> slots;
  private final Function<String, EngineSlot> slotOf;
  private final EngineCatalog catalog;

  LogHomes(Map<String, EngineSlot> slots, Function<String, EngineSlot> slotOf, EngineCatalog catalog) {
    this.slots = slots;
    this.slotOf = slotOf;
    this.catalog = catalog;
  }

  private boolean isThere(String engine) {
    EngineSlot slot = slots.get(engine);
    return slot != null && slot.holder().peek() != null;
  }

  /** The absent engine that must come before a log can be opened, or null. */
  String missing(TopicIdPartition id, LogConfig config) {
    String absent = catalog.absentHolder(id, this::isThere);
    if (absent != null || isThere(config.engine()) || !holders(id).isEmpty()) {
      return absent;
    }
    return config.engine();
  }

  private List<EngineSlot> holders(TopicIdPartition id) {
    List<EngineSlot> holders = new ArrayList<>(1);
    for (EngineSlot slot : slots.values()) {
      StorageEngine engine = slot.holder().peek();
      if (engine != null && engine.placeOf(id) != null) {
        holders.add(slot);
      }
    }
    return holders;
  }

  /**
   * Finds where to open a log, which may be new there.
   *
   * @throws IOException when an engine is absent, or a copy cannot be read
   */
  EngineSlot find(TopicIdPartition id, LogConfig config) throws IOException {
    List<EngineSlot> holders = holders(id);
    String missing = missing(id, config);
    if (missing != null && !(holders.size() == 1 && isCompleteFrom(holders.get(0), missing, id, config))) {
      throw new IOException(missing.equals(config.engine()) && holders.isEmpty() ? "there is no storage engine named " + missing
          : "the storage engine " + missing + " holds " + id + " and is not there");
    }
    if (holders.size() <= 1) {
      EngineSlot home = holders.isEmpty() ? slotOf.apply(config.engine()) : holders.get(0);
      note(home, id);
      return home;
    }
    EngineSlot home = choose(holders, id, config);
    for (EngineSlot other : holders) {
      if (other != home) {
        LOG.warn("Deleting a copy that a move has left partition={} engine={} keptIn={}", id, other.name(), home.name());
        delete(other, id);
      }
    }
    return home;
  }

  private void note(EngineSlot home, TopicIdPartition id) throws IOException {
    StorageEngine engine = home.holder().peek();
    if (engine != null && engine.promise() != StorageEngine.Promise.EPHEMERAL) {
      catalog.add(home.name(), List.of(id));
    }
  }

  private void delete(EngineSlot slot, TopicIdPartition id) throws IOException {
    slot.forget(id);
    try (Lease<StorageEngine> lease = slot.holder().lease()) {
      if (lease == null) {
        throw new IOException("the storage engine " + slot.name() + " has left");
      }
      lease.service().delete(id);
    }
    catalog.remove(slot.name(), id);
  }

  /** A copy, as found in its store. */
  private record Copy(EngineSlot slot, MoveMarker marker, boolean empty) {
    boolean counts() {
      return !empty && (marker == null || marker.complete());
    }
  }

  private static Copy look(EngineSlot slot, TopicIdPartition id, LogConfig config) throws IOException {
    try (Lease<StorageEngine> lease = slot.holder().lease()) {
      if (lease == null) {
        throw new IOException("the storage engine " + slot.name() + " has left");
      }
      try (LogStore store = lease.service().open(id, config.segments().store())) {
        return new Copy(slot, MoveMarker.of(store), store.endOffset() == 0);
      }
    }
  }

  private static boolean isCompleteFrom(EngineSlot slot, String engine, TopicIdPartition id, LogConfig config)
      throws IOException {
    MoveMarker marker = look(slot, id, config).marker;
    return marker != null && marker.complete() && marker.from().equals(engine);
  }

  private static EngineSlot choose(List<EngineSlot> holders, TopicIdPartition id, LogConfig config) throws IOException {
    List<Copy> copies = new ArrayList<>();
    for (EngineSlot slot : holders) {
      copies.add(look(slot, id, config));
    }
    List<Copy> left = new ArrayList<>(copies);
    left.removeIf(copy -> copies.stream().anyMatch(other -> other.marker != null && other.marker.complete()
        && other.marker.from().equals(copy.slot.name())));
    // a complete copy counts, even when the log is empty
    return left.stream().filter(copy -> copy.marker != null && copy.marker.complete()).findFirst()
        .or(() -> left.stream().filter(Copy::counts).findFirst())
        .or(() -> left.stream().filter(copy -> copy.marker == null).findFirst())
        .or(() -> left.stream().findFirst())
        .orElse(copies.get(0)).slot;
  }
}
