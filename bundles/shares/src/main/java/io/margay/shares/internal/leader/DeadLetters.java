package io.margay.shares.internal.leader;

import io.margay.shares.internal.partition.GivenUp;
import io.margay.shares.internal.state.StateKey;
import io.margay.spi.partition.LeaderPartition;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** Copies records that a share group has given up to its dead letter topic (KIP-1191). Safe for all threads. */
@FunctionalInterface
public interface DeadLetters {
  /**
   * Records of one share partition.
   *
   * @param key which share partition
   * @param log where the records are
   * @param offsets what was given up, in ascending order
   * @param isLed whether the share partition is still led here; asked by any thread
   */
  record Batch(StateKey key, LeaderPartition log, List<GivenUp> offsets, BooleanSupplier isLed) {
    /** @return whether some of them may have been copied before, by a leader that could not write it down */
    public boolean again() {
      return offsets.stream().anyMatch(g -> g.cause() == GivenUp.UNKNOWN);
    }
  }

  /**
   * Copies them, as far as the settings allow. May take long.
   *
   * @param batch the records
   * @return completes with true when they are in the topic, or cannot be; with false when the leadership has ended before, so that the next leader
   *     copies the rest; never fails
   */
  CompletableFuture<Boolean> copy(Batch batch);
}
