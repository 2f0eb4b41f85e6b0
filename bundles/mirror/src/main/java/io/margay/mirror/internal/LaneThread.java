package io.margay.mirror.internal;

import io.margay.mirror.internal.PartitionMirror.State;
import io.margay.model.Clock;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchRequest.FetchPartition;
import io.margay.protocol.message.FetchRequest.FetchTopic;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.FetchResponse.FetchableTopicResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private static final byte READ_COMMITTED = 1;
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
  private volatile String problem;

  /**
   * What the threads of a link share.
   *
   * @param lanesOf makes a lane that writes to this cluster over the connections given
   * @param refresh asks for a new look at the source
   */
  record Shared(LinkConfig config, Clock clock, BiFunction<LaneId, RemoteCluster, Lane> lanesOf, Runnable refresh, SharedThrottle throttle) { }

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
    }
    return !closed;
  }

  private synchronized void idle(long ms) throws InterruptedException {
    if (!closed) {
      wait(ms);
    }
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
    for (Lane lane : lanes.values()) {
      lane.prepare(this::bounds);
      lane.show();
      if (lane.state() == State.MIRRORING) {
        ready.add(lane);
      }
    }
    if (ready.isEmpty() || !throttle.isFree(clock.nanos() / 1_000_000)) {
      idle(IDLE_MS);
      return;
    }
    Map<Lane, Lane.Step> steps = source.at(broker, FetchRequest.API, version -> request(ready, version), new FetchResponse(),
        answer -> answer.errorCode() == Errors.NONE.code() ? sort(ready, answer) : null);
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
    }
  }

  private FetchRequest request(List<Lane> ready, short version) {
    int bytes = Math.min(config.fetch().maxBytes() / 2, FETCH_BYTES_MAX);
    Map<String, FetchTopic> topics = new LinkedHashMap<>();
    for (Lane lane : ready) {
      MirrorSource from = lane.id().source();
      topics.computeIfAbsent(from.topic(), name -> version >= SourceFetcher.FIRST_WITH_TOPIC_IDS ? new FetchTopic().setTopicId(from.topicId())
          : new FetchTopic().setTopic(name)).partitions().add(new FetchPartition().setPartition(lane.id().partition())
              .setCurrentLeaderEpoch(-1).setFetchOffset(lane.position()).setPartitionMaxBytes(Math.max(1, bytes / ready.size())));
    }
    return new FetchRequest().setReplicaId(-1).setMaxWaitMs(Math.min(config.fetch().waitMaxMs(), RemoteCluster.TIMEOUT_MS / 2)).setMinBytes(1)
        .setMaxBytes(bytes).setIsolationLevel(READ_COMMITTED).setSessionId(0).setSessionEpoch(-1).setTopics(List.copyOf(topics.values()));
  }

  private Map<Lane, Lane.Step> sort(List<Lane> ready, FetchResponse answer) {
    Map<Lane, Lane.Step> steps = new HashMap<>();
    for (var topic : answer.responses()) {
      for (var data : topic.partitions()) {
        for (Lane lane : ready) {
          if (lane.id().partition() == data.partitionIndex() && isOf(topic, lane.id().source())) {
            steps.put(lane, lane.sort(data));
          }
        }
      }
    }
    return steps;
  }

  /** The answer has names or ids, as its version says. A source without ids has the same for all topics. */
  private static boolean isOf(FetchableTopicResponse topic, MirrorSource source) {
    return topic.topic().isEmpty() ? source.topicId().equals(topic.topicId()) : source.topic().equals(topic.topic());
  }

  private Lane.Bounds bounds(LaneId lane) throws IOException, InterruptedException {
    TopicPartition tp = new TopicPartition(lane.source().topic(), lane.partition());
    PartitionOffsets offsets = new PartitionOffsets(source);
    Long start = offsets.of(List.of(tp), PartitionOffsets.EARLIEST).get(tp);
    Long end = offsets.of(List.of(tp)).get(tp);
    if (start == null || end == null) {
      throw new IOException("the source does not say where " + tp + " starts and ends");
    }
    long wanted = config.topics().start();
    long begin = wanted == PartitionOffsets.EARLIEST ? start : wanted == PartitionOffsets.LATEST ? end : since(offsets, tp, wanted, start, end);
    return new Lane.Bounds(start, end, Math.min(begin, end));
  }

  /** Where records of a time begin; at the end when there are none so late. */
  private static long since(PartitionOffsets offsets, TopicPartition tp, long timestamp, long start, long end)
      throws IOException, InterruptedException {
    Long found = offsets.of(List.of(tp), timestamp).get(tp);
    if (found == null) {
      throw new IOException("the source does not say where " + tp + " has records of that time");
    }
    return found < 0 ? end : Math.max(start, found);
  }
}
