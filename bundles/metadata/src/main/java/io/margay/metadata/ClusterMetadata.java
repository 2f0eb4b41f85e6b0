package io.margay.metadata;

/** The service that provides the newest image. Safe for all threads; one volatile read. */
@FunctionalInterface
public interface ClusterMetadata {
  /** @return the newest image, never null */
  ClusterImage image();
}
