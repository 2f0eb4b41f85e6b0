package io.margay.shares.internal.fetch;

import io.margay.metadata.ClusterImage;
import io.margay.model.BrokerId;
import io.margay.shares.internal.partition.ShareLimits;

/** What handlers have to know of the cluster and of the settings. Safe for all threads. */
public interface ShareCluster {
  /** @return the newest image */
  ClusterImage image();

  /** @return this broker */
  BrokerId self();

  /** @return {@code margay.handler.wait.ms} */
  int waitMs();

  /** @return {@code fetch.max.bytes} */
  int maxBytes();

  /** @return {@code margay.shares.session.partitions.max} */
  int maxPartitions();

  /** @return what share partitions of a group follow */
  ShareLimits limits(String groupId);
}
