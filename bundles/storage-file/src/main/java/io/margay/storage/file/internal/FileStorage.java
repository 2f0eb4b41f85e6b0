package io.margay.storage.file.internal;

import io.margay.model.Clock;
import io.margay.model.FaultHandler;
import io.margay.model.TopicIdPartition;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StorageEngine;
import io.margay.spi.storage.StorageSettings;
import io.margay.spi.storage.StoreConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * The service: {@link FileStorageEngine} in the directories that the settings name.
 *
 * <p>When this bundle is updated, the engine's users are notified first: calls in progress finish, the stores are closed cleanly,
 * and the partitions wait for the next engine of this name, which opens them again.
 */
@Component(service = StorageEngine.class, property = StorageEngine.NAME_PROPERTY + "=" + FileStorageEngine.NAME)
public final class FileStorage implements StorageEngine {
  private static final String DEFAULT_DIRECTORY = "logs";
  private final FileStorageEngine engine;

  /** Locks the directories; fails when another process uses one of them. */
  @Activate
  public FileStorage(@Reference NodeSettings settings, @Reference FaultHandler faults, @Reference Clock clock)
      throws IOException {
    SegmentResources resources = new SegmentResources(Disk.REAL, new IndexCache(settings.get(FileStorageSettings.MARGAY_INDEX_CACHE_BYTES)),
        new OpenFiles(settings.get(FileStorageSettings.MARGAY_SEGMENT_FILES_OPEN_MAX)));
    engine = new FileStorageEngine(directories(settings), resources, faults, clock, TimeUnit.MILLISECONDS.toNanos(
        Math.max(1, settings.get(FileStorageSettings.LOG_FLUSH_OFFSET_CHECKPOINT_INTERVAL_MS))));
  }

  static List<Path> directories(NodeSettings settings) {
    List<String> names = settings.get(StorageSettings.LOG_DIRS);
    List<String> given = names == null || names.isEmpty() ? List.of(DEFAULT_DIRECTORY) : names;
    return given.stream().map(name -> settings.dataDirectory().resolve(name).normalize()).distinct().toList();
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
  public boolean kept() {
    return engine.kept();
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
