package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ClusterLimits;
import io.margay.controller.internal.state.Outcome;
import io.margay.controller.internal.state.RefusedException;
import io.margay.metadata.ClusterImage;
import io.margay.model.BrokerId;
import io.margay.protocol.Errors;
import io.margay.spi.handler.Request;
import java.util.List;

/**
 * The client quota for partitions that one request creates or deletes.
 *
 * @param request the request
 * @param firstWithError the version of its API from which on a client can be told that the quota is exceeded; older ones wait afterwards
 */
record MutationQuota(Request request, short firstWithError) {
  /** @return null when they were counted, or why they must not be created or deleted */
  Outcome refusal(long partitions) {
    return request.mutates(partitions, request.version() >= firstWithError) ? null
        : new Outcome(Errors.THROTTLING_QUOTA_EXCEEDED, "The throttling quota has been exceeded.");
  }

  /**
   * Reserves the replicas of new partitions, and counts the partitions. What is refused for want of room does not count.
   *
   * @param validateOnly whether nothing will be created, so that nothing counts
   * @throws RefusedException when there is no room, or the quota is exceeded; nothing is reserved then
   */
  ClusterLimits.Reservation reserve(ClusterLimits limits, ClusterImage image, List<List<BrokerId>> replicas, boolean validateOnly) {
    ClusterLimits.Reservation reserved = limits.reserve(image, replicas);
    Outcome refusal = validateOnly ? null : refusal(replicas.size());
    if (refusal != null) {
      reserved.close();
      throw new RefusedException(refusal.error(), refusal.message());
    }
    return reserved;
  }
}
