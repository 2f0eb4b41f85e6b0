package io.margay.log.internal;

import io.margay.model.TopicIdPartition;
import io.margay.spi.lease.ServiceHolder.Lease;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StorageEngine;
import java.io.IOException;
import java.util.List;

/** Another engine. A {@link MoveMarker} beside the copy tells after a crash which of the two counts; see {@link LogHomes}. */
final class EngineDestination implements MoveDestination {
  private final SegmentedPartitionLog log;
  private final EngineSlot from;
  private final EngineSlot to;
  private final EngineCatalog catalog;

  EngineDestination(SegmentedPartitionLog log, EngineSlot from, EngineSlot to, EngineCatalog catalog) {
    this.log = log;
    this.from = from;
    this.to = to;
    this.catalog = catalog;
  }

  @Override
  public EngineSlot from() {
    return from;
  }

  @Override
  public EngineSlot to() {
    return to;
  }

  @Override
  public String name() {
    return to.name();
  }

  @Override
  public boolean isWanted() {
    return log.config().engine().equals(to.name());
  }

  @Override
  public LogStore create(StorageEngine engine) throws IOException {
    TopicIdPartition id = log.id();
    if (engine.placeOf(id) != null) {
      engine.delete(id);
    }
    if (engine.promise() != StorageEngine.Promise.EPHEMERAL) {
      catalog.add(to.name(), List.of(id));
    }
    LogStore copy = engine.open(id, log.config().segments().store());
    new MoveMarker(false, from.name()).writeTo(copy);
    return copy;
  }

  @Override
  public void use(StorageEngine engine, LogStore copy) throws IOException {
    to.takeOver(engine, log, copy);
    new MoveMarker(true, from.name()).writeTo(copy);
  }

  @Override
  public void cleanUp() throws IOException {
    from.forget(log.id());
    try (Lease<StorageEngine> lease = from.holder().lease()) {
      if (lease != null) {
        lease.service().delete(log.id());
        catalog.remove(from.name(), log.id());
        log.shape().deleteMoveMarker();
      }
    }
  }
}
