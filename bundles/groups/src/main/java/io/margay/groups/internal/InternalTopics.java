package io.margay.groups.internal;

import io.margay.groups.internal.streams.Topology;
import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.protocol.Errors;
import io.margay.spi.controller.Controller;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the topics of the states of streams applications, and those between their parts. The members of a group ask for them with each
 * heartbeat until they are there. A creation that failed is tried again after a pause that doubles each time; one that has not ended in
 * {@link #LOST_MS} counts as failed. Safe for all threads. Bounded by {@link #MOST} topics that are being created or have failed.
 */
final class InternalTopics {
  /** Topics that are remembered; others wait until there is room. */
  static final int MOST = 1_000;
  /** Milliseconds that a creation may take. */
  static final long LOST_MS = 60_000;
  /** The first pause after a failure, and the longest, in milliseconds. */
  static final long PAUSE_MS = 1_000;
  static final long LONGEST_PAUSE_MS = 30_000;

  private static final Logger LOG = LoggerFactory.getLogger(InternalTopics.class);
  private static final int DEFAULT = -1;
  private static final String NO_ANSWER = "the controller has not answered";

  /**
   * What became of a topic.
   *
   * @param failures how many attempts have failed, one after the other
   * @param why the last one failed; null for none
   * @param againNanos when it may be tried again, because the pause is over or the attempt that is under way is lost
   */
  private record Attempt(int failures, String why, long againNanos) { }

  private final Controller controller;
  private final Clock clock;
  private final LineLimit lines;
  /** Guarded by itself. */
  private final Map<String, Attempt> attempts = new HashMap<>();

  InternalTopics(Controller controller, Clock clock, LineLimit lines) {
    this.controller = controller;
    this.clock = clock;
    this.lines = lines;
  }

  /** Begins to create topics, unless that is under way or has just failed; returns why the last attempts failed, by topic. */
  Map<String, String> create(Collection<Topology.Internal> topics) {
    Map<String, String> before = new HashMap<>();
    Map<Topology.Internal, Attempt> due = new LinkedHashMap<>();
    synchronized (attempts) {
      if (attempts.size() + topics.size() > MOST) {
        attempts.values().removeIf(this::isDue);
      }
      for (Topology.Internal t : topics) {
        Attempt last = attempts.get(t.name());
        if (last != null && last.why != null) {
          before.put(t.name(), last.why);
        }
        if (last == null ? attempts.size() < MOST : isDue(last)) {
          // counts as failed until it has succeeded, so that one that is lost leads to a longer pause, too
          Attempt now = new Attempt(last == null ? 1 : last.failures + 1, last == null ? null : last.why == null ? NO_ANSWER : last.why,
              afterMs(LOST_MS));
          attempts.put(t.name(), now);
          due.put(t, now);
        }
      }
    }
    due.forEach(this::begin);
    return before;
  }

  private boolean isDue(Attempt attempt) {
    return attempt.againNanos - clock.nanos() <= 0;
  }

  private long afterMs(long ms) {
    return clock.nanos() + TimeUnit.MILLISECONDS.toNanos(ms);
  }

  private void begin(Topology.Internal topic, Attempt attempt) {
    int replicas = topic.replicationFactor() > 0 ? topic.replicationFactor() : DEFAULT;
    try {
      controller.createTopic(topic.name(), topic.partitions(), replicas, topic.configs(), false).whenComplete((error, failure) ->
          ended(topic.name(), attempt, failure == null ? error : Errors.UNKNOWN_SERVER_ERROR, failure));
    } catch (RuntimeException e) {
      ended(topic.name(), attempt, Errors.UNKNOWN_SERVER_ERROR, e);
    }
  }

  private void ended(String topic, Attempt attempt, Errors error, Throwable failure) {
    boolean there = error == Errors.NONE || error == Errors.TOPIC_ALREADY_EXISTS;
    synchronized (attempts) {
      if (there) {
        attempts.remove(topic);
      } else if (attempts.get(topic) == attempt) { // else it was lost, and the next one is under way
        attempts.put(topic, new Attempt(attempt.failures,
            failure == null ? error.message() : String.valueOf(failure.getMessage()),
            afterMs(Math.min(LONGEST_PAUSE_MS, PAUSE_MS << Math.min(attempt.failures - 1, 10)))));
      }
    }
    if (!there && lines.pass("internal topic") >= 0) {
      LOG.warn("An internal topic of a streams group was not created; its members ask for it again. topic={} error={}", topic, error, failure);
    }
  }
}
