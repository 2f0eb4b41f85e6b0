package io.margay.storage.file.internal;

import io.margay.model.Clock;
import io.margay.model.FaultHandler;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.storage.StorageEngine;
import io.margay.spi.storage.StorageSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
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
public final class FileStorage extends FileStorageEngine {
  private static final String DEFAULT_DIRECTORY = "logs";

  /** Locks the directories; fails when another process uses one of them. */
  @Activate
  public FileStorage(@Reference NodeSettings settings, @Reference FaultHandler faults, @Reference Clock clock)
      throws IOException {
    super(directories(settings), resources(settings), faults, clock, TimeUnit.MILLISECONDS.toNanos(
        Math.max(1, settings.get(FileStorageSettings.LOG_FLUSH_OFFSET_CHECKPOINT_INTERVAL_MS))));
  }

  private static SegmentResources resources(NodeSettings settings) {
    return new SegmentResources(Disk.REAL, new IndexCache(settings.get(FileStorageSettings.MARGAY_INDEX_CACHE_BYTES)),
        new OpenFiles(settings.get(FileStorageSettings.MARGAY_SEGMENT_FILES_OPEN_MAX)));
  }

  static List<Path> directories(NodeSettings settings) {
    List<String> names = settings.get(StorageSettings.LOG_DIRS);
    List<String> given = names == null || names.isEmpty() ? List.of(DEFAULT_DIRECTORY) : names;
    return given.stream().map(name -> settings.dataDirectory().resolve(name).normalize()).distinct().toList();
  }

  /** Closes what is still open, cleanly. */
  @Deactivate
  public void deactivate() throws IOException {
    close();
  }
}
