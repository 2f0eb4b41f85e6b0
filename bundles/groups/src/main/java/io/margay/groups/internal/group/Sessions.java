package io.margay.groups.internal.group;

import io.margay.coordinator.Result;
import io.margay.coordinator.ShardContext;
import java.util.HashMap;
import java.util.Map;

/**
 * The timers of the members of a shard's consumer groups. Soft state: after a load all of them start again. A heartbeat only moves a
 * deadline; a timer that fires before it is set again. Bounded by the members. Used with the shard held.
 */
public final class Sessions {
  /** Runs when a time is over. */
  @FunctionalInterface
  public interface Over {
    /**
     * @param nowMs milliseconds since the epoch
     * @return records to be written
     */
    Result<Void> run(long nowMs);
  }

  private static final class Session {
    private long deadlineMs;
    private long timerAtMs;
    private ShardContext.Timer timer;
    private ShardContext.Timer step;
  }

  private static final Result<Void> NOTHING = Result.of(null);
  /** What follows from the end of a time is tried again after this, in case it cannot be written: too few replicas may be in sync. */
  private static final int AGAIN_MS = 1_000;

  private final ShardContext context;
  private final Map<String, Map<String, Session>> groups = new HashMap<>();

  /** @param context the shard's context */
  public Sessions(ShardContext context) {
    this.context = context;
  }

  private Session of(String groupId, String memberId) {
    return groups.computeIfAbsent(groupId, g -> new HashMap<>()).computeIfAbsent(memberId, m -> new Session());
  }

  private Session find(String groupId, String memberId) {
    Map<String, Session> members = groups.get(groupId);
    return members == null ? null : members.get(memberId);
  }

  /** Starts the session timeout of a member again. */
  public void touch(String groupId, String memberId, int timeoutMs, Over over) {
    Session session = of(groupId, memberId);
    session.deadlineMs = context.elapsedMs() + timeoutMs;
    if (session.timer != null && session.timerAtMs > session.deadlineMs) {
      session.timer.cancel();
      session.timer = null;
    }
    if (session.timer == null) {
      schedule(groupId, memberId, session, over);
    }
  }

  private void schedule(String groupId, String memberId, Session session, Over over) {
    session.timerAtMs = session.deadlineMs;
    session.timer = context.after(session.deadlineMs - context.elapsedMs(), nowMs -> {
      session.timer = null;
      if (find(groupId, memberId) != session) {
        return NOTHING;
      }
      if (context.elapsedMs() < session.deadlineMs) {
        schedule(groupId, memberId, session, over);
        return NOTHING;
      }
      Result<Void> end = over.run(nowMs);
      if (!end.records().isEmpty()) {
        session.deadlineMs = context.elapsedMs() + AGAIN_MS;
        schedule(groupId, memberId, session, over);
      }
      return end;
    });
  }

  /** Whether the next step of a member is awaited, with a timer. */
  public boolean awaits(String groupId, String memberId) {
    Session session = find(groupId, memberId);
    return session != null && session.step != null;
  }

  /** Gives a member some time for its next step; a step that was awaited before is forgotten. */
  public void await(String groupId, String memberId, int timeoutMs, Over over) {
    Session session = of(groupId, memberId);
    if (session.step != null) {
      session.step.cancel();
    }
    awaitStep(groupId, memberId, session, timeoutMs, over);
  }

  private void awaitStep(String groupId, String memberId, Session session, int timeoutMs, Over over) {
    session.step = context.after(timeoutMs, nowMs -> {
      session.step = null;
      if (find(groupId, memberId) != session) {
        return NOTHING;
      }
      Result<Void> end = over.run(nowMs);
      if (!end.records().isEmpty()) {
        awaitStep(groupId, memberId, session, AGAIN_MS, over);
      }
      return end;
    });
  }

  /** The awaited step was made. */
  public void arrived(String groupId, String memberId) {
    Session session = find(groupId, memberId);
    if (session != null && session.step != null) {
      session.step.cancel();
      session.step = null;
    }
  }

  /** A member has gone. */
  public void end(String groupId, String memberId) {
    Map<String, Session> members = groups.get(groupId);
    Session session = members == null ? null : members.remove(memberId);
    if (session != null) {
      cancel(session);
      if (members.isEmpty()) {
        groups.remove(groupId);
      }
    }
  }

  /** A group has gone. */
  public void endAll(String groupId) {
    Map<String, Session> members = groups.remove(groupId);
    if (members != null) {
      members.values().forEach(Sessions::cancel);
    }
  }

  private static void cancel(Session session) {
    if (session.timer != null) {
      session.timer.cancel();
    }
    if (session.step != null) {
      session.step.cancel();
    }
  }
}
