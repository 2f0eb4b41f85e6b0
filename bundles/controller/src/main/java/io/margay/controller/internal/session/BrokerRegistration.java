package io.margay.controller.internal.session;

import io.margay.controller.internal.state.Command.RegisterBroker;
import io.margay.controller.internal.state.Outcome;
import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.model.BrokerId;
import io.margay.model.Clock;
import io.margay.model.Endpoint;
import io.margay.model.LineLimit;
import io.margay.model.Scheduler;
import io.margay.protocol.Errors;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers this broker in the metadata log, and again whenever an image shows that it is not registered or that another process took its
 * place. Tries again with growing pauses, whichever node leads the log. Ends the process where that does not help: the cluster is another
 * one, or a living broker keeps the id for longer than a session.
 *
 * <p>Safe for all threads; never blocks. {@code propose} is called without the lock.
 */
public final class BrokerRegistration implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerRegistration.class);
  private static final long FIRST_PAUSE_MS = 50;
  private static final long LAST_PAUSE_MS = 1_000;
  private static final long DUPLICATE_MARGIN_MS = 3_000;

  /** How it reaches the world. */
  public interface Ports {
    /** @return the command that registers this broker with the endpoints */
    RegisterBroker command(List<Endpoint> endpoints);

    /** @return completes with the epoch, a Long, or the Outcome of a refusal, once an image shows it; does not throw */
    CompletionStage<Object> propose(RegisterBroker command);

    /** Ends the process, because it cannot take part in the cluster. */
    void fatal(String why);

    /** @return {@code broker.session.timeout.ms} */
    long sessionMs();
  }

  private final BrokerId self;
  private final Clock clock;
  private final Scheduler scheduler;
  private final Ports ports;
  private final Function<Throwable, Outcome> errors;
  private final LongConsumer onRegistered;
  private final LineLimit failures;
  private final CompletableFuture<Void> first = new CompletableFuture<>();
  private final CompletableFuture<Void> active = new CompletableFuture<>();
  private List<Endpoint> endpoints;
  private ClusterImage image = ClusterImage.EMPTY;
  private long epoch = -1;
  private boolean asking;
  private boolean again;
  private long pauseMs = FIRST_PAUSE_MS;
  /** How long the id has been taken, in attempts that followed one another; and the last of them, or MIN_VALUE. */
  private long duplicateMs;
  private long lastDuplicateMs = Long.MIN_VALUE;
  private boolean closed;
  private Scheduler.Timer timer;

  /**
   * @param self this broker
   * @param errors turns the failure of a proposal into an outcome
   * @param onRegistered takes each new epoch, on any thread
   */
  public BrokerRegistration(BrokerId self, Clock clock, Scheduler scheduler, Ports ports, Function<Throwable, Outcome> errors,
      LongConsumer onRegistered) {
    this.self = self;
    this.clock = clock;
    this.scheduler = scheduler;
    this.ports = ports;
    this.errors = errors;
    this.onRegistered = onRegistered;
    this.failures = new LineLimit(clock);
  }

  /** Registers the broker with the addresses that it advertises now. */
  public void advertise(List<Endpoint> advertised) {
    synchronized (this) {
      endpoints = List.copyOf(advertised);
      again = asking;
    }
    attempt();
  }

  /** There is a new image. */
  public void onImage(ClusterImage newest) {
    synchronized (this) {
      image = newest;
    }
    lookWhetherActive();
    synchronized (this) {
      BrokerImage me = newest.brokers().get(self);
      boolean mine = epoch < 0 || newest.offset() < epoch || me != null && me.epoch() == epoch;
      if (mine || asking || timer != null || closed) {
        return;
      }
      LOG.warn("This broker is not registered any more, and registers again brokerId={} epoch={} now={}", self, epoch, me);
    }
    attempt();
  }

  /** @return whether an image has shown this broker as this process registered it */
  public boolean registered() {
    return first.isDone();
  }

  /** @return completes when {@link #registered} becomes true */
  public CompletionStage<Void> whenRegistered() {
    return first.minimalCompletionStage();
  }

  /** @return completes when an image shows this broker as this process registered it, and not fenced */
  public CompletionStage<Void> whenActive() {
    return active.minimalCompletionStage();
  }

  private void lookWhetherActive() {
    if (active.isDone()) {
      return;
    }
    synchronized (this) {
      BrokerImage me = image.brokers().get(self);
      if (epoch < 0 || me == null || me.epoch() != epoch || me.fenced()) {
        return;
      }
    }
    active.complete(null);
  }

  private void attempt() {
    RegisterBroker command;
    synchronized (this) {
      if (asking || closed || endpoints == null) {
        return;
      }
      asking = true;
      if (timer != null) {
        timer.cancel();
        timer = null;
      }
      command = ports.command(endpoints);
    }
    ports.propose(command).whenComplete((result, e) -> {
      if (e == null && result instanceof Long registered) {
        succeeded(command, registered);
      } else {
        failed(e == null ? (Outcome) result : errors.apply(e), e);
      }
    });
  }

  private void succeeded(RegisterBroker command, long registered) {
    boolean changed;
    boolean repeat;
    synchronized (this) {
      asking = false;
      repeat = again;
      again = false;
      changed = registered != epoch;
      epoch = registered;
      pauseMs = FIRST_PAUSE_MS;
      lastDuplicateMs = Long.MIN_VALUE;
    }
    if (changed) {
      LOG.info("Registered this broker brokerId={} epoch={} endpoints={}", self, registered, command.endpoints());
      onRegistered.accept(registered);
    }
    first.complete(null);
    lookWhetherActive();
    if (repeat) {
      attempt();
    }
  }

  private void failed(Outcome why, Throwable e) {
    boolean end = why.error() == Errors.INCONSISTENT_CLUSTER_ID;
    synchronized (this) {
      asking = false;
      again = false;
      if (closed) {
        return;
      }
      long now = clock.nanos() / 1_000_000;
      if (why.error() == Errors.DUPLICATE_BROKER_REGISTRATION) {
        // not the time in which this process stood still
        duplicateMs = lastDuplicateMs == Long.MIN_VALUE ? 0 : duplicateMs + Math.min(now - lastDuplicateMs, 2 * LAST_PAUSE_MS);
        lastDuplicateMs = now;
        end = duplicateMs > ports.sessionMs() + DUPLICATE_MARGIN_MS;
      } else {
        // while there is no controller, nobody fences the broker that had the id before
        lastDuplicateMs = Long.MIN_VALUE;
      }
      if (!end) {
        timer = scheduler.after(pauseMs, () -> {
          synchronized (this) {
            timer = null;
          }
          attempt();
        });
        pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS);
      }
    }
    if (end) {
      String message = "broker " + self + " cannot be registered: " + why.message();
      LOG.error("This broker cannot take part in the cluster brokerId={} errorCode={} why={}", self, why.error(), why.message());
      ports.fatal(message);
      return;
    }
    long sinceLast = failures.pass(why.error().name());
    if (sinceLast != LineLimit.HELD) {
      LOG.info("This broker is not registered yet, and tries again brokerId={} errorCode={} why={} sinceLast={}", self, why.error(),
          e == null ? why.message() : e.toString(), sinceLast);
    }
  }

  /** Stops trying. */
  @Override
  public synchronized void close() {
    closed = true;
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }
}
