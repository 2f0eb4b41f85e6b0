package io.margay.mirror.internal;

import io.margay.mirror.internal.PartitionMirror.State;
import io.margay.model.Clock;
import io.margay.protocol.Errors;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the lanes that one broker of the source leads, on a thread of its own, which waits for answers of both clusters. One fetch is open at
 * a time; the source holds it back while there are no records.
 */
final class LaneThread implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(LaneThread.class);
  private static final long IDLE_MS = 100;
  private static final long PAUSE_MS_MAX = 5_000;
  private static final int FETCH_BYTES_MAX = 8 << 20;

  private final int broker;
  private final LinkConfig config;
  private final RemoteCluster source;
  private final RemoteCluster target;
  private final Clock clock;
  private final BiFunction<LaneId, RemoteCluster, Lane> lanesOf;
  private final Runnable refresh;
  private final SharedThrottle throttle;
  /** Guarded by the monitor. */
  private List<LaneId> wanted = List.of();
  private boolean closed;
  private volatile Map<LaneId, Lane> lanes = Map.of();
  /** The lanes as they are served. One that brought records goes to the end, so that none starves. Belongs to the thread. */
  private final Set<Lane> order = new LinkedHashSet<>();
  private final Lane.Source bounds;
  private final LaneThreads threads;
  private volatile String problem;

  /**
   * What the threads of a link share.
   *
   * @param lanesOf makes a lane that writes to this cluster over the connections given
   * @param refresh asks for a new look at the source
   * @param threads waits
   */
  record Shared(LinkConfig config, Clock clock, BiFunction<LaneId, RemoteCluster, Lane> lanesOf, Runnable refresh, SharedThrottle throttle,
      LaneThreads threads) { }

  /** A rate that all threads of a link share. */
  static final class SharedThrottle {
    private final Throttle throttle;

    SharedThrottle(long bytesPerSecond) {
      throttle = new Throttle(bytesPerSecond);
    }

    synchronized void take(long bytes, long nowMs) {
      throttle.take(bytes, nowMs);
    }

    synchronized boolean isFree(long nowMs) {
      return throttle.isFree(nowMs);
    }
  }

  LaneThread(int broker, RemoteCluster source, RemoteCluster target, Shared shared) {
    this.broker = broker;
    this.source = source;
    this.target = target;
    this.config = shared.config();
    this.clock = shared.clock();
    this.lanesOf = shared.lanesOf();
    this.refresh = shared.refresh();
    this.throttle = shared.throttle();
    this.threads = shared.threads();
    this.bounds = new LaneSource(source, config.topics().start());
  }

  synchronized void assign(List<LaneId> now) {
    wanted = now;
    notifyAll();
  }

  synchronized void close() {
    closed = true;
    notifyAll();
  }

  Map<LaneId, Lane> lanes() {
    return lanes;
  }

  /** What is wrong with the way to the source, in words; null when nothing is. */
  String problem() {
    return problem;
  }

  private synchronized boolean adopt() {
    if (!wanted.equals(List.copyOf(lanes.keySet()))) {
      Map<LaneId, Lane> next = new LinkedHashMap<>();
      wanted.forEach(id -> next.put(id, lanes.containsKey(id) ? lanes.get(id) : lanesOf.apply(id, target)));
      lanes = next;
      order.retainAll(next.values());
      order.addAll(next.values());
    }
    return !closed;
  }

  private void idle(long ms) throws InterruptedException {
    threads.await(this, () -> closed, ms);
  }

  @Override
  public void run() {
    int failures = 0;
    try (source; target) {
      while (adopt()) {
        try {
          step();
          if (problem != null) {
            LOG.info("A broker of the source is reached again link={} broker={}", config.name(), broker);
          }
          problem = null;
          failures = 0;
        } catch (IOException e) {
          if (problem == null) {
            LOG.warn("A broker of the source cannot be reached; it is tried again link={} broker={} cause={}", config.name(), broker,
                e.getMessage());
          }
          problem = "broker " + broker + " of the source cannot be reached: " + e.getMessage();
          refresh.run();
          idle(Math.min(IDLE_MS << Math.min(failures++, 10), PAUSE_MS_MAX));
        } catch (RuntimeException e) {
          LOG.error("The lanes of a broker have failed, and begin again link={} broker={}", config.name(), broker, e);
          problem = "the lanes of broker " + broker + " have failed: " + e;
          lanes = Map.of();
          order.clear();
          idle(PAUSE_MS_MAX);
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("The lanes of a broker end link={} broker={}", config.name(), broker, e);
    }
  }

  /** One fetch, and what it brings; or a short wait when no lane is ready. */
  private void step() throws IOException, InterruptedException {
    if (!source.brokers().containsKey(broker)) {
      source.metadata(List.of());
    }
    List<Lane> ready = new ArrayList<>();
    for (Lane lane : order) {
      lane.prepare(bounds);
      lane.show();
      if (lane.state() == State.MIRRORING) {
        ready.add(lane);
      }
    }
    if (ready.isEmpty() || !throttle.isFree(clock.nanos() / 1_000_000)) {
      idle(IDLE_MS);
      return;
    }
    LaneFetch fetch = new LaneFetch(ready, Math.min(config.fetch().maxBytes() / 2, FETCH_BYTES_MAX),
        Math.min(config.fetch().waitMaxMs(), RemoteCluster.TIMEOUT_MS / 2));
    Map<Lane, Lane.Step> steps = source.at(broker, FetchRequest.API, fetch.highestVersion(), fetch::request, new FetchResponse(),
        answer -> answer.errorCode() == Errors.NONE.code() ? fetch.sort(answer) : null);
    if (steps == null) {
      throw new IOException("it refuses to be fetched from");
    }
    for (Lane lane : ready) {
      Lane.Step step = steps.get(lane);
      if (lane.state() == State.WAITING) {
        refresh.run();
      }
      lane.write(step);
      lane.show();
      throttle.take(step == null ? 0 : step.sizeBytes(), clock.nanos() / 1_000_000);
      if (step != null && order.remove(lane)) {
        order.add(lane);
      }
    }
  }
}
