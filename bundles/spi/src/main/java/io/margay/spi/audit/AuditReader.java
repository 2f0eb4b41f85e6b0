package io.margay.spi.audit;

import java.io.IOException;
import java.util.function.Predicate;
import org.osgi.annotation.versioning.ProviderType;

/** A service that shows what this node has recorded. Safe for all threads. */
@ProviderType
public interface AuditReader {
  /**
   * Reads recorded events from the newest to the oldest.
   *
   * @param line gets the JSON text of each, and returns whether it wants another
   * @throws IOException when they cannot be read
   */
  void newestFirst(Predicate<String> line) throws IOException;
}
