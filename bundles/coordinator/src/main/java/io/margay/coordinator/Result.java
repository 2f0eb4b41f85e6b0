package io.margay.coordinator;

import io.margay.protocol.Errors;
import io.margay.spi.partition.MarkerWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What an operation wants written and answered.
 *
 * @param records to be appended in their order
 * @param response completes once the records, and all before them, are committed
 * @param replay whether the records are replayed on the state as soon as they are appended; false when {@code afterCommit}
 *     brings the state to where a replay would
 * @param divisible false when all records or none are written: as one batch, or as several that stand or fall together where one would be
 *     too large (in a transaction of a producer, that fails with MESSAGE_TOO_LARGE). When true, they are appended as several batches where
 *     one would be too large, and when a later one fails, those before it stay
 * @param afterCommit called once with the shard held: with NONE when the records are committed, else with the code for
 *     clients; null for nothing. Not called when the shard was unloaded meanwhile
 * @param step what the records are in a transaction of another producer; null when they belong to none
 * @param <R> the response
 */
public record Result<R>(List<CoordinatorRecord> records, R response, boolean replay, boolean divisible,
    Consumer<Errors> afterCommit, TransactionStep step) {
  public Result {
    records = List.copyOf(records);
  }

  /**
   * @param response a response
   * @param <R> its type
   * @return an answer without records
   */
  public static <R> Result<R> of(R response) {
    return new Result<>(List.of(), response, true, false, null, null);
  }

  /**
   * @param records to be appended as a whole and replayed
   * @param response a response
   * @param <R> its type
   * @return both
   */
  public static <R> Result<R> of(List<CoordinatorRecord> records, R response) {
    return new Result<>(records, response, true, false, null, null);
  }

  /**
   * @param records to be appended and replayed, each of which stands for itself
   * @param response a response
   * @param <R> its type
   * @return both
   */
  public static <R> Result<R> divisible(List<CoordinatorRecord> records, R response) {
    return new Result<>(records, response, true, true, null, null);
  }

  /**
   * @param records to be appended as a whole, not replayed
   * @param afterCommit called when it is known what became of them
   * @param <R> the response's type
   * @return a result without a response of its own
   */
  public static <R> Result<R> deferred(List<CoordinatorRecord> records, Consumer<Errors> afterCommit) {
    return new Result<>(records, null, false, false, afterCommit, null);
  }

  /**
   * @param other a response
   * @param <T> its type
   * @return the same records with another response
   */
  public <T> Result<T> answering(T other) {
    return new Result<>(records, other, replay, divisible, afterCommit, step);
  }

  /**
   * @param first records to be appended before these; they are not replayed when these are not
   * @return all of them, with the same response
   */
  public Result<R> after(List<CoordinatorRecord> first) {
    List<CoordinatorRecord> all = new ArrayList<>(first);
    all.addAll(records);
    return new Result<>(all, response, replay, divisible, afterCommit, step);
  }

  /**
   * @param task called once with the shard held: with NONE when the records, and all before them, are committed, else with the code for
   *     clients
   * @return the same records and response, followed by a task
   */
  public Result<R> followedBy(Consumer<Errors> task) {
    return new Result<>(records, response, replay, divisible, task, step);
  }

  /**
   * @param producerId a producer
   * @param producerEpoch its epoch
   * @return the same records as a part of the producer's transaction
   */
  public Result<R> inTransaction(long producerId, short producerEpoch) {
    return new Result<>(records, response, replay, divisible, afterCommit, new TransactionStep.Part(producerId, producerEpoch));
  }

  /**
   * @param marker the end of a transaction
   * @param response a response
   * @param <R> its type
   * @return the marker, to be written and applied to the state
   */
  public static <R> Result<R> ending(MarkerWriter.Marker marker, R response) {
    return new Result<>(List.of(), response, true, false, null, new TransactionStep.End(marker));
  }
}
