package io.margay.log.internal;

import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.MultiPlaceEngine;
import io.margay.spi.storage.StorageEngine;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Another place of the engine that holds the log. The engine itself tells after a crash which of the two counts. */
final class PlaceDestination implements MoveDestination {
  private static final Logger LOG = LoggerFactory.getLogger(PlaceDestination.class);

  private final SegmentedPartitionLog log;
  private final EngineSlot slot;
  private final String place;
  private final Object wishes;
  private final BooleanSupplier wanted;

  /**
   * @param wishes held while the copy is created
   * @param wanted whether the log is still to be moved to this place
   */
  PlaceDestination(SegmentedPartitionLog log, EngineSlot slot, String place, Object wishes, BooleanSupplier wanted) {
    this.wishes = wishes;
    this.log = log;
    this.slot = slot;
    this.place = place;
    this.wanted = wanted;
  }

  @Override
  public EngineSlot from() {
    return slot;
  }

  @Override
  public EngineSlot to() {
    return slot;
  }

  @Override
  public String name() {
    return place;
  }

  @Override
  public boolean isWanted() {
    return wanted.getAsBoolean() && log.config().engine().equals(slot.name());
  }

  @Override
  public LogStore create(StorageEngine engine) throws IOException {
    if (!(engine instanceof MultiPlaceEngine places)) {
      throw new IOException("the storage engine " + slot.name() + " does not move logs between places");
    }
    synchronized (wishes) {
      places.deleteCopy(log.id());
      return places.openCopy(log.id(), place, log.config().segments().store());
    }
  }

  @Override
  public void use(StorageEngine engine, LogStore copy) throws IOException {
    ((MultiPlaceEngine) engine).useCopy(log.id());
    try {
      slot.takeOver(engine, log, copy);
    } catch (IOException e) {
      // the copy counts already; the next checkpoint has these values, too
      LOG.warn("A checkpoint could not be written after a move partition={} to={}", log.id(), place, e);
    }
  }

  /** The engine deletes the original when it is closed. */
  @Override
  public void cleanUp() {
  }
}
