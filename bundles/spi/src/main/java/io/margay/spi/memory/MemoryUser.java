package io.margay.spi.memory;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A component that keeps memory for long or on behalf of clients, such as the request budget, caches, groups and producer ids.
 * Registered as an OSGi service. When the heap is nearly full, the log names the largest users. Safe for all threads.
 */
@ConsumerType
public interface MemoryUser {
  /** @return its name in messages, such as {@code producer ids}; the same at every call */
  String name();

  /** @return bytes that it keeps now, as far as it counts them, {@code >= 0}; quick, takes no lock that is held during I/O */
  long usedBytes();

  /** @return the most bytes that it may keep; {@link Long#MAX_VALUE} when nothing bounds them */
  long limitBytes();

  /** @return what takes the most of it, in one short phrase for the log; empty when there is nothing to say */
  default String largest() {
    return "";
  }
}
