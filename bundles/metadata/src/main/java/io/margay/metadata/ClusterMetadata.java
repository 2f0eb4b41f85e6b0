package io.margay.metadata;

/** The service through which anyone reads the newest image. Safe for all threads; one volatile read. */
@FunctionalInterface
public interface ClusterMetadata {
  /** @return the newest image, never null */
  ClusterImage image();
}
