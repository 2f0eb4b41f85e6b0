package io.margay.controller.internal.session;

import io.margay.controller.internal.session.BrokerSessions.Beat;
import io.margay.metadata.BrokerImage;
import io.margay.model.BrokerId;
import io.margay.model.Clock;
import io.margay.model.Endpoint;
import io.margay.model.LineLimit;
import io.margay.model.Scheduler;
import io.margay.protocol.Errors;
import io.margay.protocol.message.BrokerHeartbeatRequest;
import io.margay.protocol.message.BrokerHeartbeatResponse;
import io.margay.spi.client.Access;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.client.RemoteConnection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The broker's side of its session: a connection to the active controller, with one heartbeat waiting there at any time. Follows the
 * leader of the metadata log. When the connection breaks, it connects again at once, then with growing pauses. On the controller's own
 * node there is no connection; the controller is only called when the this broker is fenced, so a single node does nothing.
 *
 * <p>Safe for all threads; never blocks. Connections and requests are started without the lock.
 */
public final class BrokerLink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerLink.class);
  private static final int MAX_IN_FLIGHT = 16;
  private static final int MAX_RESPONSE_BYTES = 4096;
  private static final int CONNECT_TIMEOUT_MS = 1_000;
  private static final long FIRST_PAUSE_MS = 20;
  private static final long LAST_PAUSE_MS = 200;
  private static final long CATCH_UP_PAUSE_MS = 10;

  /** Where this broker is known, and the ports that it uses. */
  public record Ports(BrokerId self, String listener, Clock clock, Scheduler scheduler, Supplier<RemoteClient> client,
      Supplier<SessionLimits> settings, SessionKeeper local) { }

  private final Ports ports;
  private final String clientId;
  private final LineLimit failures;
  private final CompletableFuture<Void> mayStop = new CompletableFuture<>();
  private BrokerId controller = BrokerId.NONE;
  private SortedMap<BrokerId, BrokerImage> brokers = Collections.emptySortedMap();
  /** The newest image that all parts of this node have seen. */
  private long offset = -1;
  private long epoch = -1;
  private boolean stopping;
  private boolean closed;
  private Endpoint target;
  private boolean connecting;
  private RemoteConnection connection;
  /** What the newest heartbeat said, and when it was sent; null when none was sent on this connection. */
  private Beat said;
  private long saidMs;
  /** How long after it the next heartbeat follows, because it was answered; -1 while it waits at the controller. */
  private long followMs = -1;
  private long pauseMs = FIRST_PAUSE_MS;
  private long notBeforeMs = Long.MIN_VALUE;
  private Scheduler.Timer timer;

  /**
   * @param ports how it reaches the world
   * @param incarnation identifies this process
   */
  public BrokerLink(Ports ports, UUID incarnation) {
    this.ports = ports;
    this.clientId = clientId(ports.self(), incarnation);
    this.failures = new LineLimit(ports.clock());
  }

  /**
   * What a process calls itself on its connection to the controller. It is known to the brokers alone, so that no client can speak for a broker
   * by its id and epoch, which are small numbers.
   *
   * @param id the broker
   * @param incarnation of its process, as it was registered
   */
  public static String clientId(BrokerId id, UUID incarnation) {
    return "margay-broker-" + id + "-" + incarnation;
  }

  private long nowMs() {
    return ports.clock().nanos() / 1_000_000;
  }

  /** This broker is registered with an epoch. */
  public void onRegistered(long registered) {
    change(() -> epoch = registered);
  }

  /** Another node leads, {@link BrokerId#NONE} for none. */
  public void onController(BrokerId leader) {
    change(() -> controller = leader);
  }

  /** Brokers were registered, fenced or removed. */
  public void onBrokers(SortedMap<BrokerId, BrokerImage> now) {
    change(() -> brokers = now);
  }

  /** All parts of this node have seen the image with this offset. */
  public void onPublished(long published) {
    change(() -> offset = published);
  }

  /**
   * This broker is about to stop.
   *
   * @return completes when others lead all that they can, on any thread; at once when this broker is not registered
   */
  public CompletionStage<Void> shutDown() {
    change(() -> {
      stopping = true;
      if (epoch < 0) {
        mayStop.complete(null);
      }
    });
    return mayStop;
  }

  private void change(Runnable change) {
    List<Runnable> actions = new ArrayList<>();
    synchronized (this) {
      change.run();
      proceed(actions);
    }
    actions.forEach(Runnable::run);
  }

  private void proceed(List<Runnable> actions) {
    if (closed || epoch < 0) {
      return;
    }
    long now = nowMs();
    BrokerImage leader = brokers.get(controller);
    if (controller.equals(ports.self())) {
      follow(null, actions);
      beatHere(now, actions);
      return;
    }
    if (leader != null) {
      follow(leader.endpoint(ports.listener()), actions);
    }
    if (target == null) {
      return;
    }
    if (now < notBeforeMs) {
      wake(notBeforeMs - now);
    } else if (connection != null) {
      beat(now, actions);
    } else if (!connecting) {
      connect(actions);
    }
  }

  /** Leaves the connection to another endpoint. */
  private void follow(Endpoint endpoint, List<Runnable> actions) {
    if (Objects.equals(endpoint, target)) {
      return;
    }
    target = endpoint;
    pauseMs = FIRST_PAUSE_MS;
    notBeforeMs = Long.MIN_VALUE;
    leave(actions);
  }

  private void leave(List<Runnable> actions) {
    said = null;
    connecting = false;
    if (connection != null) {
      RemoteConnection left = connection;
      connection = null;
      actions.add(left::close);
    }
  }

  private Beat next() {
    return new Beat(ports.self(), epoch, offset, false, stopping);
  }

  private boolean fenced() {
    BrokerImage me = brokers.get(ports.self());
    return me != null && me.epoch() == epoch && me.fenced();
  }

  private void beatHere(long now, List<Runnable> actions) {
    Beat beat = next();
    if ((fenced() || stopping) && !beat.equals(said)) {
      said = beat;
      saidMs = now;
      actions.add(() -> ports.local().beat(beat, status -> {
        onStatus(status.error(), status.mayStop());
        if (status.error() != Errors.NONE) {
          sayAgain(beat);
        }
      }));
    }
  }

  private synchronized void sayAgain(Beat refused) {
    if (refused.equals(said)) {
      said = null;
      wake(LAST_PAUSE_MS);
    }
  }

  private void beat(long now, List<Runnable> actions) {
    SessionLimits limits = ports.settings().get();
    Beat beat = next();
    long dueMs = limits.heartbeatMs();
    if (said == null || said.epoch() != beat.epoch() || said.wantShutDown() != beat.wantShutDown()) {
      dueMs = 0;
    } else if (followMs >= 0) {
      dueMs = Math.min(dueMs, followMs);
    } else if (fenced() && said.offset() != beat.offset()) {
      // The controller waits until this broker has seen enough.
      dueMs = CATCH_UP_PAUSE_MS;
    }
    long waitMs = said == null ? 0 : saidMs + dueMs - now;
    if (waitMs > 0) {
      wake(waitMs);
      return;
    }
    said = beat;
    saidMs = now;
    followMs = -1;
    RemoteConnection to = connection;
    BrokerHeartbeatRequest request = new BrokerHeartbeatRequest().setBrokerId(beat.id().value()).setBrokerEpoch(beat.epoch())
        .setCurrentMetadataOffset(beat.offset()).setWantShutDown(beat.wantShutDown());
    actions.add(() -> send(to, request, beat, limits.sessionMs()));
    wake(limits.heartbeatMs());
  }

  private void send(RemoteConnection to, BrokerHeartbeatRequest request, Beat beat, long timeoutMs) {
    short version = to.version(BrokerHeartbeatRequest.API);
    if (version < 0) {
      failed(to, "it does not take heartbeats");
      return;
    }
    to.send(BrokerHeartbeatRequest.API, version, request, new BrokerHeartbeatResponse(), timeoutMs).whenComplete((reply, e) -> {
      if (e != null) {
        failed(to, e.toString());
        return;
      }
      BrokerHeartbeatResponse answer = reply.message();
      Errors error = Errors.forCode(answer.errorCode());
      boolean stop = answer.shouldShutDown();
      reply.close();
      if (error == Errors.NOT_CONTROLLER) {
        failed(to, "it is no longer the controller");
      } else {
        onStatus(error, stop);
        onAnswer(to, beat, error);
      }
    });
  }

  /** When the newest heartbeat is answered, none waits at the controller, so another one follows. */
  private void onAnswer(RemoteConnection from, Beat answered, Errors error) {
    change(() -> {
      if (from == connection && answered == said) {
        followMs = error == Errors.NONE ? CATCH_UP_PAUSE_MS : LAST_PAUSE_MS;
      }
    });
  }

  private void onStatus(Errors error, boolean stop) {
    if (stop) {
      mayStop.complete(null);
    } else if (error != Errors.NONE) {
      // An image shows why: this broker is then registered again, or another node leads.
      long sinceLast = failures.pass(error.name());
      if (sinceLast != LineLimit.HELD) {
        LOG.info("The controller refused a heartbeat of this broker errorCode={} sinceLast={}", error, sinceLast);
      }
    }
  }

  private void connect(List<Runnable> actions) {
    RemoteClient client = ports.client().get();
    Endpoint to = target;
    if (client == null) {
      pause();
      return;
    }
    connecting = true;
    actions.add(() -> client.connect(new RemoteClient.Target(to.host(), to.port(), clientId, CONNECT_TIMEOUT_MS,
        MAX_IN_FLIGHT, MAX_RESPONSE_BYTES, Access.of(to))).whenComplete((made, e) -> onConnected(to, made, e)));
  }

  private void onConnected(Endpoint to, RemoteConnection made, Throwable e) {
    List<Runnable> actions = new ArrayList<>();
    synchronized (this) {
      if (closed || !to.equals(target) || connection != null) {
        if (made != null) {
          actions.add(made::close);
        }
      } else if (e != null) {
        connecting = false;
        report(e.toString());
        pause();
      } else {
        connecting = false;
        connection = made;
        said = null;
        actions.add(() -> made.closed().thenRun(() -> failed(made, "the connection was closed")));
        proceed(actions);
      }
    }
    actions.forEach(Runnable::run);
  }

  private void failed(RemoteConnection lost, String why) {
    List<Runnable> actions = new ArrayList<>();
    synchronized (this) {
      if (lost != connection) {
        return;
      }
      report(why);
      boolean worked = said != null && nowMs() - saidMs > FIRST_PAUSE_MS;
      leave(actions);
      if (worked) {
        pauseMs = FIRST_PAUSE_MS;
      }
      pause();
    }
    actions.forEach(Runnable::run);
  }

  private void report(String why) {
    if (closed) {
      return;
    }
    long sinceLast = failures.pass("failed");
    if (sinceLast != LineLimit.HELD) {
      LOG.info("This broker lost the controller, and connects again endpoint={} why={} sinceLast={}", target, why, sinceLast);
    }
  }

  private void pause() {
    notBeforeMs = nowMs() + pauseMs;
    wake(pauseMs);
    pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS);
  }

  private void wake(long inMs) {
    if (timer != null) {
      timer.cancel();
    }
    timer = closed ? null : ports.scheduler().after(Math.max(1, inMs), () -> change(() -> timer = null));
  }

  /** Closes the connection; the controller fences this broker unless another session begins. */
  @Override
  public void close() {
    List<Runnable> actions = new ArrayList<>();
    synchronized (this) {
      closed = true;
      leave(actions);
      mayStop.complete(null);
      if (timer != null) {
        timer.cancel();
      }
    }
    actions.forEach(Runnable::run);
  }
}
