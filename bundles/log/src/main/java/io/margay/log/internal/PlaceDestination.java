package io.margay.log.internal;

import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.MultiPlaceEngine;
import io.margay.spi.storage.StorageEngine;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/** Another place of the engine that holds the log. The engine itself tells after a crash which of the two counts. */
final class PlaceDestination implements MoveDestination {
  private final SegmentedPartitionLog log;
  private final EngineSlot slot;
  private final String place;
  private final BooleanSupplier wanted;

  /** @param wanted whether the log is still to be moved to this place */
  PlaceDestination(SegmentedPartitionLog log, EngineSlot slot, String place, BooleanSupplier wanted) {
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
    places.deleteCopy(log.id());
    return places.openCopy(log.id(), place, log.config().segments().store());
  }

  @Override
  public void use(StorageEngine engine, LogStore copy) throws IOException {
    ((MultiPlaceEngine) engine).useCopy(log.id());
  }

  /** The engine deletes the original when it is closed. */
  @Override
  public void cleanUp() {
  }
}
