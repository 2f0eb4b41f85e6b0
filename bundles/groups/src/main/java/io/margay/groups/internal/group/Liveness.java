package io.margay.groups.internal.group;

import io.margay.coordinator.Result;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes members out that are silent, or that do not give back in time what they are to give back. Used with the shard held. */
public final class Liveness {
  private static final Logger LOG = LoggerFactory.getLogger(Liveness.class);

  /** Takes a member out. */
  @FunctionalInterface
  public interface Expulsion {
    /**
     * @param groupId group id
     * @param memberId a member, which may have gone meanwhile
     * @param nowMs milliseconds since the epoch
     * @return what is to be written
     */
    Result<Void> expel(String groupId, String memberId, long nowMs);
  }

  private final Sessions sessions;
  private final Expulsion expulsion;

  /**
   * @param sessions the timers
   * @param expulsion takes a member out
   */
  public Liveness(Sessions sessions, Expulsion expulsion) {
    this.sessions = sessions;
    this.expulsion = expulsion;
  }

  /**
   * Starts the session timeout of a member again.
   *
   * @param groupId group id
   * @param memberId the member
   * @param timeoutMs its session timeout in milliseconds
   */
  public void touch(String groupId, String memberId, int timeoutMs) {
    sessions.touch(groupId, memberId, timeoutMs, nowMs -> {
      LOG.debug("A member was silent for too long. group={} member={}", groupId, memberId);
      return expulsion.expel(groupId, memberId, nowMs);
    });
  }

  /**
   * Gives a member its rebalance timeout to give back what it is to give back, unless that is running already.
   *
   * @param groupId group id
   * @param memberId the member
   * @param timeoutMs its rebalance timeout in milliseconds
   * @param gives whether it is to give something back
   * @param stillGives the same when the time is over
   */
  public void awaitRevocation(String groupId, String memberId, int timeoutMs, boolean gives, BooleanSupplier stillGives) {
    if (!gives) {
      sessions.arrived(groupId, memberId);
    } else if (!sessions.awaits(groupId, memberId)) {
      sessions.await(groupId, memberId, timeoutMs, nowMs -> {
        if (!stillGives.getAsBoolean()) {
          return Result.of(null);
        }
        LOG.debug("A member did not give back in time. group={} member={}", groupId, memberId);
        return expulsion.expel(groupId, memberId, nowMs);
      });
    }
  }
}
