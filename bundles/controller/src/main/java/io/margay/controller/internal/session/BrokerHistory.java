package io.margay.controller.internal.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers the epoch of this broker's newest registration across processes, in the file {@code broker-epoch} beside the metadata log. A
 * process that finds the epoch which the cluster knows has the data of the process before; one that finds another, or none, may run on
 * data that were replaced. Losing the file is safe: its replicas then count as incomplete until they have caught up.
 */
public final class BrokerHistory {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerHistory.class);
  private static final int MAX_BYTES = 64;

  private final Path file;

  /** @param directory of the metadata log */
  public BrokerHistory(Path directory) {
    this.file = directory.resolve("broker-epoch");
  }

  /** The epoch that was stored last; -1 when there is none. */
  public long read() {
    try {
      if (!Files.exists(file) || Files.size(file) > MAX_BYTES) {
        return -1;
      }
      return Long.parseLong(Files.readString(file).strip());
    } catch (IOException | NumberFormatException e) {
      LOG.warn("The epoch of the last registration cannot be read; replicas count as incomplete until they have caught up file={}", file,
          e);
      return -1;
    }
  }

  /** Stores an epoch. */
  public void write(long epoch) {
    Path next = file.resolveSibling("broker-epoch.tmp");
    try {
      Files.writeString(next, epoch + "\n");
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      LOG.warn("The epoch of this registration cannot be stored; after a restart replicas count as incomplete file={}", file, e);
    }
  }
}
