package io.margay.spi.share;

import io.margay.protocol.message.DeleteShareGroupStateRequest;
import io.margay.protocol.message.DeleteShareGroupStateResponse;
import io.margay.protocol.message.InitializeShareGroupStateRequest;
import io.margay.protocol.message.InitializeShareGroupStateResponse;
import io.margay.protocol.message.ReadShareGroupStateSummaryRequest;
import io.margay.protocol.message.ReadShareGroupStateSummaryResponse;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Reaches the coordinators of share partitions, on this broker or another. A request may name any partitions of one group; each goes to its
 * own coordinator, and the answers come back together, with an error for each partition that could not be served. Safe for all threads;
 * never blocks. No stage fails.
 */
@ProviderType
public interface ShareStates {
  /**
   * Gives partitions a new state, with nothing acknowledged. A partition whose state epoch is at least the one of the request keeps its
   * state: FENCED_STATE_EPOCH for a higher one, NONE for the same.
   *
   * @param request partitions of one group
   * @return an error code for each
   */
  CompletionStage<InitializeShareGroupStateResponse> initialize(InitializeShareGroupStateRequest request);

  /**
   * Forgets the state of partitions. One without state is no error.
   *
   * @param request partitions of one group
   * @return an error code for each
   */
  CompletionStage<DeleteShareGroupStateResponse> delete(DeleteShareGroupStateRequest request);

  /**
   * Reads where a group starts to read partitions.
   *
   * @param request partitions of one group
   * @return epochs and start offset of each; the offset is -1 while nobody has consumed it
   */
  CompletionStage<ReadShareGroupStateSummaryResponse> summarize(ReadShareGroupStateSummaryRequest request);
}
