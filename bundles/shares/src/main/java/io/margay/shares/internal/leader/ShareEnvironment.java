package io.margay.shares.internal.leader;

import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.model.Scheduler;
import io.margay.shares.internal.partition.ShareLimits;
import java.util.concurrent.Executor;

/**
 * What the leaders of share partitions need.
 *
 * @param clock the time
 * @param scheduler timers
 * @param blocking runs what may wait for a disk
 * @param states reaches the share coordinators
 * @param groups the settings of groups
 * @param letters copies what groups give up
 * @param logs limits what is logged
 */
public record ShareEnvironment(Clock clock, Scheduler scheduler, Executor blocking, StateAccess states, Groups groups, DeadLetters letters,
    LineLimit logs) {
  /** The settings of groups, always the newest. */
  public interface Groups {
    /** @return what share partitions of a group follow */
    ShareLimits limits(String groupId);

    /** @return {@code share.auto.offset.reset} of a group */
    String autoOffsetReset(String groupId);
  }

  /** @return milliseconds since an arbitrary moment, which never go back */
  public long elapsedMs() {
    return clock.nanos() / 1_000_000;
  }
}
