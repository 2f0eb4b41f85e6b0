package io.margay.controller.internal.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers this broker's newest registration across processes, in the file {@code broker-epoch} beside the metadata log: its epoch and
 * the cluster's id, one per line. A process that finds the epoch which the cluster knows has the data of the process before; one that finds
 * another, or none, may run on data that were replaced. Losing the file is safe: its replicas then count as incomplete until they have
 * caught up.
 */
public final class BrokerHistory {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerHistory.class);
  private static final int MAX_BYTES = 1024;

  /**
   * A registration.
   *
   * @param epoch its epoch, -1 when it is not known
   * @param clusterId the cluster, empty when it is not known
   */
  public record Entry(long epoch, String clusterId) {
    /** Nothing is known. */
    public static final Entry NONE = new Entry(-1, "");
  }

  private final Path file;

  /** @param directory of the metadata log */
  public BrokerHistory(Path directory) {
    this.file = directory.resolve("broker-epoch");
  }

  /** What was stored last. */
  public Entry read() {
    try {
      if (!Files.exists(file) || Files.size(file) > MAX_BYTES) {
        return Entry.NONE;
      }
      List<String> lines = Files.readAllLines(file);
      return new Entry(Long.parseLong(lines.get(0).strip()), lines.size() < 2 ? "" : lines.get(1).strip());
    } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
      LOG.warn("The last registration cannot be read; replicas count as incomplete until they have caught up file={}", file, e);
      return Entry.NONE;
    }
  }

  /** Stores a registration. */
  public void write(Entry entry) {
    Path next = file.resolveSibling("broker-epoch.tmp");
    try {
      Files.writeString(next, entry.epoch() + "\n" + entry.clusterId() + "\n");
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      LOG.warn("This registration cannot be stored; after a restart replicas count as incomplete file={}", file, e);
    }
  }
}
