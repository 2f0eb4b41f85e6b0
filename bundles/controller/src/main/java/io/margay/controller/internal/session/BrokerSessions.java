package io.margay.controller.internal.session;

import io.margay.controller.internal.state.Command;
import io.margay.controller.internal.state.Command.FenceBroker;
import io.margay.controller.internal.state.Command.ShutDownBroker;
import io.margay.controller.internal.state.Command.UnfenceBroker;
import io.margay.metadata.BrokerImage;
import io.margay.model.BrokerId;
import io.margay.protocol.Errors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Who is alive, as the leading controller sees it. Pure: times are given in milliseconds of a clock that never goes back, and what
 * follows is returned as commands to propose. None of it is in the metadata log: a controller that begins to lead gives all brokers
 * a short time to report.
 *
 * <p>Owned by {@link SessionKeeper}, which guards it.
 *
 * <p>Invariant: while leading, there is one session for each registered broker, with its epoch.
 */
final class BrokerSessions {
  /**
   * Times in milliseconds.
   *
   * @param sessionMs without a heartbeat, after which a broker is fenced
   * @param graceMs in which a broker whose connection broke must connect again
   * @param reportMs in which brokers must report to a controller that has begun to lead
   * @param retryMs after which a command that had no effect is proposed again
   */
  record Limits(long sessionMs, long graceMs, long reportMs, long retryMs) { }

  /**
   * What a broker says.
   *
   * @param id who
   * @param epoch epoch of its registration
   * @param offset the newest image that it has seen
   * @param wantFence whether it does not want to lead yet
   * @param wantShutDown whether it is about to stop
   */
  record Beat(BrokerId id, long epoch, long offset, boolean wantFence, boolean wantShutDown) { }

  /**
   * What a broker is told.
   *
   * @param error NONE, NOT_CONTROLLER, BROKER_ID_NOT_REGISTERED or STALE_BROKER_EPOCH
   * @param caughtUp whether it has seen what it needs to lead
   * @param fenced whether it is fenced
   * @param mayStop whether others lead all that they can
   */
  record Status(Errors error, boolean caughtUp, boolean fenced, boolean mayStop) { }

  private static final long NEVER = Long.MAX_VALUE;

  private static final class Session {
    private BrokerImage broker;
    /** The image that the broker must have seen before it is unfenced. */
    private long catchUpTo;
    private long offset = -1;
    private boolean reported;
    private boolean wantFence;
    private boolean wantShutDown;
    /** When the broker is fenced; NEVER while it is fenced, and for the controller's own broker. */
    private long deadlineMs = NEVER;
    /** Before this time, nothing is proposed for the broker: the command before has not had time to take effect. */
    private long quietUntilMs = Long.MIN_VALUE;
  }

  private final BrokerId self;
  private final Map<BrokerId, Session> sessions = new HashMap<>();
  private boolean leading;
  private boolean reachable = true;

  /** @param self this node's broker, which does not time out */
  BrokerSessions(BrokerId self) {
    this.self = self;
  }

  boolean leading() {
    return leading;
  }

  /** This node leads from now on. */
  void lead(long nowMs, SortedMap<BrokerId, BrokerImage> brokers, long offset, Limits limits) {
    leading = true;
    sessions.clear();
    brokers(nowMs, brokers, offset, limits);
    sessions.forEach((id, session) -> {
      if (!session.broker.fenced() && !id.equals(self)) {
        session.deadlineMs = nowMs + limits.reportMs();
      }
    });
  }

  /**
   * Says whether brokers can reach this node. While they cannot, none of them is late; afterwards they have the time of a report.
   */
  void reachable(long nowMs, boolean now, Limits limits) {
    if (now && !reachable) {
      sessions.forEach((id, session) -> {
        if (session.deadlineMs != NEVER) {
          session.deadlineMs = Math.max(session.deadlineMs, nowMs + limits.reportMs());
        }
      });
    }
    reachable = now;
  }

  /** Another node leads, or none. */
  void resign() {
    leading = false;
    sessions.clear();
  }

  /**
   * Brokers were registered, fenced, unfenced or removed.
   *
   * @param offset index of the command
   */
  void brokers(long nowMs, SortedMap<BrokerId, BrokerImage> brokers, long offset, Limits limits) {
    if (!leading) {
      return;
    }
    sessions.keySet().retainAll(brokers.keySet());
    brokers.forEach((id, broker) -> {
      Session session = sessions.get(id);
      if (session == null || session.broker.epoch() != broker.epoch()) {
        Session before = session;
        session = new Session();
        session.catchUpTo = Math.max(broker.epoch(), broker.fenced() ? offset : -1);
        // The same process may have registered other addresses; its connection still counts.
        session.deadlineMs = broker.fenced() || id.equals(self) ? NEVER : before == null || before.deadlineMs == NEVER
            ? nowMs + limits.sessionMs() : before.deadlineMs;
        sessions.put(id, session);
      } else if (session.broker.fenced() != broker.fenced()) {
        session.quietUntilMs = Long.MIN_VALUE;
        if (broker.fenced()) {
          session.catchUpTo = offset;
          session.deadlineMs = NEVER;
        } else if (session.deadlineMs == NEVER && !id.equals(self)) {
          // it went away after it was decided to unfence it
          session.deadlineMs = nowMs + limits.reportMs();
        }
      }
      session.broker = broker;
    });
  }

  /** A broker reports. */
  Status beat(long nowMs, Beat beat, Limits limits) {
    if (!leading) {
      return new Status(Errors.NOT_CONTROLLER, false, false, false);
    }
    Session session = sessions.get(beat.id());
    if (session == null) {
      return new Status(Errors.BROKER_ID_NOT_REGISTERED, false, true, false);
    }
    if (session.broker.epoch() != beat.epoch()) {
      return new Status(Errors.STALE_BROKER_EPOCH, false, true, false);
    }
    session.reported = true;
    session.offset = Math.max(session.offset, beat.offset());
    session.wantFence = beat.wantFence();
    session.wantShutDown = beat.wantShutDown();
    session.deadlineMs = beat.id().equals(self) ? NEVER : nowMs + limits.sessionMs();
    return status(session);
  }

  private static Status status(Session session) {
    return new Status(Errors.NONE, session.offset >= session.catchUpTo, session.broker.fenced(),
        session.wantShutDown && (session.broker.shuttingDown() || session.broker.fenced()));
  }

  /** What a broker would be told now. */
  Status status(BrokerId id, long epoch) {
    Session session = sessions.get(id);
    if (!leading) {
      return new Status(Errors.NOT_CONTROLLER, false, false, false);
    }
    return session == null ? new Status(Errors.BROKER_ID_NOT_REGISTERED, false, true, false)
        : session.broker.epoch() != epoch ? new Status(Errors.STALE_BROKER_EPOCH, false, true, false) : status(session);
  }

  /** The connection on which a broker reported has closed. */
  void broken(long nowMs, BrokerId id, long epoch, Limits limits) {
    Session session = sessions.get(id);
    if (session != null && session.broker.epoch() == epoch && !id.equals(self) && reachable) {
      session.reported = false;
      session.deadlineMs = Math.min(session.deadlineMs, nowMs + limits.graceMs());
    }
  }

  /** Brokers that are waited for: they have not reported to this controller, or not since their connection closed. */
  List<BrokerImage> silent() {
    return sessions.values().stream().filter(BrokerSessions::awaited).map(s -> s.broker).toList();
  }

  private static boolean awaited(Session session) {
    return !session.reported && session.deadlineMs != NEVER;
  }

  /** The process of a broker is gone: it is fenced now, unless it has reported meanwhile. */
  void gone(long nowMs, BrokerId id, long epoch) {
    Session session = sessions.get(id);
    if (session != null && session.broker.epoch() == epoch && awaited(session) && reachable) {
      session.deadlineMs = Math.min(session.deadlineMs, nowMs);
    }
  }

  /** What is to be proposed now. Each command is given again after a while, until it has taken effect. */
  List<Command> due(long nowMs, Limits limits) {
    List<Command> commands = new ArrayList<>();
    sessions.forEach((id, session) -> {
      if (nowMs < session.quietUntilMs) {
        return;
      }
      session.quietUntilMs = Long.MIN_VALUE;
      BrokerImage broker = session.broker;
      boolean expired = reachable && nowMs >= session.deadlineMs;
      if (expired) {
        session.reported = false;
        session.deadlineMs = broker.fenced() ? NEVER : session.deadlineMs;
      }
      Command command = null;
      if (!broker.fenced() && (expired || session.reported && session.wantFence)) {
        command = new FenceBroker(id, broker.epoch());
      } else if (session.reported && session.wantShutDown && !broker.shuttingDown()) {
        command = new ShutDownBroker(id, broker.epoch());
      } else if (broker.fenced() && session.reported && !session.wantFence && !session.wantShutDown
          && session.offset >= session.catchUpTo) {
        command = new UnfenceBroker(id, broker.epoch());
      }
      if (command != null) {
        session.quietUntilMs = nowMs + limits.retryMs();
        commands.add(command);
      }
    });
    return commands;
  }

  /** When {@link #due} must be asked at the latest, as long as nothing else happens; {@link Long#MAX_VALUE} for never. */
  long nextMs() {
    long next = NEVER;
    for (Session session : sessions.values()) {
      boolean quiet = session.quietUntilMs != Long.MIN_VALUE;
      if (session.deadlineMs != NEVER && reachable) {
        next = Math.min(next, quiet ? Math.max(session.deadlineMs, session.quietUntilMs) : session.deadlineMs);
      }
      if (quiet) {
        next = Math.min(next, session.quietUntilMs);
      }
    }
    return next;
  }
}
