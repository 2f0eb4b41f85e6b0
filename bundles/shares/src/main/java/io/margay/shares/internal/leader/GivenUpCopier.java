package io.margay.shares.internal.leader;

import io.margay.shares.internal.leader.StateWriter.Step;
import io.margay.shares.internal.partition.GivenUp;
import io.margay.shares.internal.partition.SharePartition;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Copies what a share partition gave up, some of it at a time. Guarded by the lock of its owner, which calls {@link Step}s without it. */
final class GivenUpCopier {
  /** How many offsets are copied at a time. */
  private static final int MOST = 500;

  private final Function<List<GivenUp>, CompletableFuture<Boolean>> copy;
  private final StateWriter.Owner owner;
  private final BiFunction<List<GivenUp>, Boolean, Step> copied;
  private boolean copying;

  /**
   * @param copy as {@link DeadLetters#copy}
   * @param owner has the lock
   * @param copied called with the lock when some were copied, or, with false, are left to the next leader; returns what to do then
   */
  GivenUpCopier(Function<List<GivenUp>, CompletableFuture<Boolean>> copy, StateWriter.Owner owner, BiFunction<List<GivenUp>, Boolean, Step> copied) {
    this.copy = copy;
    this.owner = owner;
    this.copied = copied;
  }

  /** Whether some are being copied. */
  boolean isCopying() {
    return copying;
  }

  /** Begins to copy when there is something and nothing is being copied; null for nothing. */
  Step proceed(SharePartition partition) {
    List<GivenUp> some = copying ? List.of() : partition.givenUp(MOST);
    if (some.isEmpty()) {
      return null;
    }
    copying = true;
    return () -> copy.apply(some).thenAccept(done -> owner.locked(() -> {
      copying = false;
      return copied.apply(some, done);
    }));
  }
}
