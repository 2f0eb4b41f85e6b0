package io.margay.coordinator;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * What a client wants of a shard. Runs with the shard held. It may change only what no record describes, such as parked requests;
 * all else changes when its records are replayed, or in {@link Result#afterCommit}.
 *
 * @param <S> the shard's state
 * @param <R> the response
 */
@FunctionalInterface
@ConsumerType
public interface Operation<S, R> {
  /**
   * @param state the state
   * @param nowMs milliseconds since the epoch
   * @return records and response
   * @throws CoordinatorException instead of a response; nothing was changed then
   */
  Result<R> apply(S state, long nowMs);
}
