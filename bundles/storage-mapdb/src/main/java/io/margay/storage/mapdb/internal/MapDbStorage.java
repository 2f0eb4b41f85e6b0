package io.margay.storage.mapdb.internal;

import io.margay.model.Clock;
import io.margay.model.FaultHandler;
import io.margay.model.TopicIdPartition;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StorageEngine;
import io.margay.spi.storage.StoreConfig;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** The service: {@link MapDbEngine} in the folder {@code mapdb} of the node's data directory. */
@Component(service = StorageEngine.class, property = StorageEngine.NAME_PROPERTY + "=" + MapDbEngine.NAME)
public final class MapDbStorage implements StorageEngine {
  private static final String DIRECTORY = "mapdb";

  private final MapDbEngine engine;

  /** Opens nothing: the database is opened for the first partition. */
  @Activate
  public MapDbStorage(@Reference NodeSettings settings, @Reference FaultHandler faults, @Reference Clock clock) {
    engine = new MapDbEngine(settings.dataDirectory().resolve(DIRECTORY), Disk.REAL, Database.Limits.DEFAULT, faults, clock);
  }

  /** Closes what is still open, cleanly. */
  @Deactivate
  public void deactivate() throws IOException {
    engine.close();
  }

  @Override
  public String name() {
    return engine.name();
  }

  @Override
  public Promise promise() {
    return engine.promise();
  }

  @Override
  public List<TopicIdPartition> list() throws IOException {
    return engine.list();
  }

  @Override
  public List<Place> places() {
    return engine.places();
  }

  @Override
  public String placeOf(TopicIdPartition id) {
    return engine.placeOf(id);
  }

  @Override
  public LogStore open(TopicIdPartition id, StoreConfig config) throws IOException {
    return engine.open(id, config);
  }

  @Override
  public void delete(TopicIdPartition id) throws IOException {
    engine.delete(id);
  }

  @Override
  public void setAside(TopicIdPartition id) throws IOException {
    engine.setAside(id);
  }

  @Override
  public int deleteSetAside(long beforeMs) throws IOException {
    return engine.deleteSetAside(beforeMs);
  }

  @Override
  public Map<TopicIdPartition, Long> readCheckpoint(String name) throws IOException {
    return engine.readCheckpoint(name);
  }

  @Override
  public void writeCheckpoint(String name, Map<TopicIdPartition, Long> values) throws IOException {
    engine.writeCheckpoint(name, values);
  }
}
