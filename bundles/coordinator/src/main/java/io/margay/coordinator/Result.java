package io.margay.coordinator;

import io.margay.protocol.Errors;
import java.util.List;
import java.util.function.Consumer;

/**
 * What an operation wants written and answered.
 *
 * @param records to be appended as one batch; all of them or none
 * @param response completes once the records, and all before them, are committed
 * @param replay whether the records are replayed on the state as soon as they are appended; false when {@code afterCommit}
 *     brings the state to where a replay would
 * @param afterCommit called once with the shard held: with NONE when the records are committed, else with the code for
 *     clients; null for nothing. Not called when the shard was unloaded meanwhile
 * @param <R> the response
 */
public record Result<R>(List<CoordinatorRecord> records, R response, boolean replay, Consumer<Errors> afterCommit) {
  public Result {
    records = List.copyOf(records);
  }

  /**
   * @param response a response
   * @param <R> its type
   * @return an answer without records
   */
  public static <R> Result<R> of(R response) {
    return new Result<>(List.of(), response, true, null);
  }

  /**
   * @param records to be appended and replayed
   * @param response a response
   * @param <R> its type
   * @return both
   */
  public static <R> Result<R> of(List<CoordinatorRecord> records, R response) {
    return new Result<>(records, response, true, null);
  }

  /**
   * @param records to be appended, not replayed
   * @param afterCommit called when it is known what became of them
   * @param <R> the response's type
   * @return a result without a response of its own
   */
  public static <R> Result<R> deferred(List<CoordinatorRecord> records, Consumer<Errors> afterCommit) {
    return new Result<>(records, null, false, afterCommit);
  }
}
