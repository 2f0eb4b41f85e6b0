package io.margay.coordinator;

import org.osgi.annotation.versioning.ConsumerType;

/** The state of one shard. Used by one thread at a time; never thread safe by itself. */
@ConsumerType
public interface ShardState {
  /** The producer id of records that belong to no transaction. */
  long NO_PRODUCER_ID = -1;

  /**
   * Applies a record of the log. Records of types that it does not know are skipped. For one that it cannot read, it throws
   * before it changes anything.
   *
   * @param producerId producer of the transaction that the record belongs to, or {@link #NO_PRODUCER_ID}
   * @param record a record
   */
  void replay(long producerId, CoordinatorRecord record);

  /**
   * Tells where the record is that is replayed next. Those of a result that was written in parts are replayed when all of it is there.
   *
   * @param offset in the log
   */
  default void replaysFrom(long offset) {
    // few states have to know
  }

  /**
   * Applies the end of a transaction.
   *
   * @param producerId the producer
   * @param committed false when it was aborted
   */
  void replayMarker(long producerId, boolean committed);

  /**
   * All records of the log are replayed. A state that has to choose what to keep may need to see them twice.
   *
   * @return whether they are to be replayed once more, from the first
   */
  default boolean replayAgain() {
    return false;
  }

  /**
   * All records of the log are replayed; timers may be set now.
   *
   * @param nowMs milliseconds since the epoch
   * @return what follows from it, if anything
   */
  Result<Void> onLoaded(long nowMs);

  /** The shard is no longer here: completes what it has parked. Timers are cancelled already. */
  void onUnloaded();
}
