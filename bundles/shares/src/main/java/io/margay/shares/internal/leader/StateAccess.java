package io.margay.shares.internal.leader;

import io.margay.protocol.Errors;
import io.margay.protocol.message.ReadShareGroupStateResponse;
import io.margay.protocol.message.WriteShareGroupStateRequest;
import io.margay.shares.internal.state.StateKey;
import java.util.concurrent.CompletionStage;

/** How the leader of a share partition reaches the coordinator that keeps its state. Never blocks; no stage fails. */
public interface StateAccess {
  /**
   * Begins to use the state.
   *
   * @param key the share partition
   * @param leaderEpoch of this leader; earlier ones are fenced
   * @return the state, or an error
   */
  CompletionStage<ReadShareGroupStateResponse.PartitionResult> read(StateKey key, int leaderEpoch);

  /**
   * Writes what has changed.
   *
   * @param key the share partition
   * @param change what has changed
   * @return NONE or an error
   */
  CompletionStage<Errors> write(StateKey key, WriteShareGroupStateRequest.PartitionData change);
}
