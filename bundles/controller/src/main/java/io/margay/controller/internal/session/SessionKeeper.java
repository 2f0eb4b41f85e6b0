package io.margay.controller.internal.session;

import io.margay.controller.internal.session.BrokerSessions.Beat;
import io.margay.controller.internal.session.BrokerSessions.Limits;
import io.margay.controller.internal.session.BrokerSessions.Status;
import io.margay.controller.internal.state.Command;
import io.margay.controller.internal.state.Command.FenceBroker;
import io.margay.metadata.BrokerImage;
import io.margay.model.BrokerId;
import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.model.Scheduler;
import io.margay.protocol.Errors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs {@link BrokerSessions} on the leading controller: keeps heartbeats waiting, sets one timer, and proposes what follows. Does
 * nothing while another node leads. Safe for all threads; never blocks. Commands are proposed and heartbeats answered without the lock.
 *
 * <p>One heartbeat of each broker always waits here, so that its connection tells at once when the broker's process ends. It is answered
 * when the next one arrives, when the broker's state changes, or after a third of the session. A broker is told once that it may stop;
 * its next heartbeat waits again, so that it is fenced when it has stopped.
 */
public final class SessionKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SessionKeeper.class);
  private static final long RETRY_MS = 1_000;

  /** Takes the answer to a heartbeat. */
  @FunctionalInterface
  interface Reply {
    /** Sends it; called once. */
    void send(Status status);
  }

  /** A heartbeat that waits; the status is what the broker would have been told when it came. */
  private record Waiting(Beat beat, Status status, Reply reply, long untilMs) { }

  private final BrokerSessions sessions;
  private final Clock clock;
  private final Scheduler scheduler;
  private final Supplier<SessionLimits> settings;
  private final Function<Command, CompletionStage<Object>> propose;
  private final Function<BrokerImage, CompletionStage<Boolean>> isGone;
  private final LineLimit lines;
  private final Map<BrokerId, Waiting> waiting = new HashMap<>();
  /** Epochs of the brokers that were told that they may stop. */
  private final Map<BrokerId, Long> stopping = new HashMap<>();
  private SortedMap<BrokerId, BrokerImage> brokers = java.util.Collections.emptySortedMap();
  private long offset = -1;
  private Scheduler.Timer timer;
  private long timerMs = Long.MAX_VALUE;
  private boolean closed;

  /**
   * @param self this node's broker
   * @param settings times, read when they are needed
   * @param propose proposes a command to the metadata log; does not throw
   * @param isGone asks whether the process of a broker is gone for certain; does not throw, and its stage does not fail
   */
  public SessionKeeper(BrokerId self, Clock clock, Scheduler scheduler, Supplier<SessionLimits> settings,
      Function<Command, CompletionStage<Object>> propose, Function<BrokerImage, CompletionStage<Boolean>> isGone) {
    this.sessions = new BrokerSessions(self);
    this.clock = clock;
    this.lines = new LineLimit(clock);
    this.scheduler = scheduler;
    this.settings = settings;
    this.propose = propose;
    this.isGone = isGone;
  }

  private long nowMs() {
    return clock.nanos() / 1_000_000;
  }

  private Limits limits() {
    SessionLimits s = settings.get();
    return new Limits(s.sessionMs(), s.graceMs(), s.reportMs(), RETRY_MS);
  }

  /** Says who leads the metadata log. */
  public void onLeader(boolean self) {
    List<Runnable> actions = new ArrayList<>();
    synchronized (this) {
      if (self == sessions.leading()) {
        return;
      }
      if (self) {
        stopping.clear();
        sessions.lead(nowMs(), brokers, offset, limits());
        // those whose process ended with the controller before do not report, and need not be waited for
        sessions.silent().forEach(broker -> actions.add(() -> ask(broker)));
      } else {
        sessions.resign();
      }
      proceed(actions);
    }
    actions.forEach(Runnable::run);
  }

  /**
   * Says whether brokers can reach this node. A node whose listeners are closed, because it stops or its server is updated, closes all
   * connections itself: that says nothing about the brokers.
   */
  public void onReachable(boolean reachable) {
    List<Runnable> actions = new ArrayList<>();
    synchronized (this) {
      sessions.reachable(nowMs(), reachable, limits());
      proceed(actions);
    }
    actions.forEach(Runnable::run);
  }

  /**
   * Shows the brokers.
   *
   * @param now all brokers after the command with index {@code index}
   */
  public void onBrokers(SortedMap<BrokerId, BrokerImage> now, long index) {
    List<Runnable> actions = new ArrayList<>();
    synchronized (this) {
      offset = index;
      if (now == brokers) {
        return;
      }
      brokers = now;
      stopping.keySet().retainAll(now.keySet());
      sessions.brokers(nowMs(), now, index, limits());
      proceed(actions);
    }
    actions.forEach(Runnable::run);
  }

  /**
   * A broker reports.
   *
   * @param reply takes the answer, now or later, on any thread
   * @return called when the broker's connection closes before that; says whether the heartbeat still waited, so that no answer comes
   *     any more
   */
  BooleanSupplier beat(Beat beat, Reply reply) {
    List<Runnable> actions = new ArrayList<>();
    Waiting arrived;
    synchronized (this) {
      Limits limits = limits();
      Status status = closed ? new Status(Errors.NOT_CONTROLLER, false, false, false) : sessions.beat(nowMs(), beat, limits);
      if (status.error() != Errors.NONE) {
        actions.add(() -> reply.send(status));
        arrived = null;
      } else {
        arrived = new Waiting(beat, status, reply, nowMs() + limits.sessionMs() / 3);
        Waiting before = waiting.put(beat.id(), arrived);
        if (before != null) {
          actions.add(() -> before.reply().send(status));
        }
        proceed(actions);
      }
    }
    actions.forEach(Runnable::run);
    return () -> broken(arrived);
  }

  private boolean broken(Waiting lost) {
    List<Runnable> actions = new ArrayList<>();
    synchronized (this) {
      if (lost == null || !waiting.remove(lost.beat().id(), lost)) {
        return false;
      }
      stopping.remove(lost.beat().id());
      sessions.broken(nowMs(), lost.beat().id(), lost.beat().epoch(), limits());
      LOG.info("The connection of a broker closed; it is fenced unless it connects again brokerId={} graceMs={}", lost.beat().id(),
          settings.get().graceMs());
      BrokerImage broker = brokers.get(lost.beat().id());
      if (broker != null) {
        actions.add(() -> ask(broker));
      }
      proceed(actions);
    }
    actions.forEach(Runnable::run);
    return true;
  }

  /** Asks whether a broker that does not report is gone, instead of waiting until its time is over. */
  private void ask(BrokerImage broker) {
    isGone.apply(broker).thenAccept(gone -> {
      if (!gone) {
        return;
      }
      List<Runnable> actions = new ArrayList<>();
      synchronized (this) {
        sessions.gone(nowMs(), broker.id(), broker.epoch());
        proceed(actions);
      }
      actions.forEach(Runnable::run);
    });
  }

  /** Collects what is to be proposed and answered now, and sets the timer for what comes next. */
  private void proceed(List<Runnable> actions) {
    long now = nowMs();
    for (Command command : sessions.due(now, limits())) {
      actions.add(() -> propose(command));
    }
    long next = sessions.nextMs();
    var each = waiting.values().iterator();
    while (each.hasNext()) {
      Waiting w = each.next();
      Status status = sessions.status(w.beat().id(), w.beat().epoch());
      boolean mayStop = status.mayStop() && !Objects.equals(stopping.put(w.beat().id(), w.beat().epoch()), w.beat().epoch());
      if (!status.equals(w.status()) || mayStop || now >= w.untilMs() || closed) {
        each.remove();
        actions.add(() -> w.reply().send(status));
      } else {
        next = Math.min(next, w.untilMs());
      }
    }
    if (next == timerMs) {
      return;
    }
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
    timerMs = closed ? Long.MAX_VALUE : next;
    if (timerMs != Long.MAX_VALUE) {
      timer = scheduler.after(Math.max(1, timerMs - now), this::onTimer);
    }
  }

  private void onTimer() {
    List<Runnable> actions = new ArrayList<>();
    synchronized (this) {
      timer = null;
      timerMs = Long.MAX_VALUE;
      proceed(actions);
    }
    actions.forEach(Runnable::run);
  }

  private void propose(Command command) {
    if (command instanceof FenceBroker fence) {
      // again and again while this controller is cut off from the other voters
      if (lines.pass("fenced " + fence) != LineLimit.HELD) {
        LOG.warn("A broker is fenced, because it is gone or did not report in time brokerId={} epoch={}", fence.id(), fence.epoch());
      }
    } else {
      LOG.info("The state of a broker changes command={}", command);
    }
    propose.apply(command).whenComplete((outcome, e) -> {
      if (e != null) {
        // It is proposed again, here or by the controller that leads next.
        if (lines.pass("failed") != LineLimit.HELD) {
          LOG.warn("The state of a broker could not be changed command={} cause={}", command, e.toString());
        }
      }
    });
  }

  /** Answers all heartbeats with NOT_CONTROLLER, so that brokers report to the next controller. */
  @Override
  public void close() {
    List<Runnable> actions = new ArrayList<>();
    synchronized (this) {
      closed = true;
      sessions.resign();
      proceed(actions);
    }
    actions.forEach(Runnable::run);
  }
}
