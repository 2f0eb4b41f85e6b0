package io.margay.storage.mapdb.internal;

import io.margay.model.Clock;
import io.margay.model.FaultHandler;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.storage.StorageEngine;
import java.io.IOException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** The service: {@link MapDbEngine} in the folder {@code mapdb} of the node's data directory. */
@Component(service = StorageEngine.class, property = StorageEngine.NAME_PROPERTY + "=" + MapDbEngine.NAME)
public final class MapDbStorage extends MapDbEngine {
  private static final String DIRECTORY = "mapdb";

  /** Opens nothing: the database is opened for the first partition. */
  @Activate
  public MapDbStorage(@Reference NodeSettings settings, @Reference FaultHandler faults, @Reference Clock clock) {
    super(settings.dataDirectory().resolve(DIRECTORY), Disk.REAL, Database.Limits.DEFAULT, faults, clock);
  }

  /** Closes what is still open, cleanly. */
  @Deactivate
  public void deactivate() throws IOException {
    close();
  }
}
