package io.margay.groups.internal;

import io.margay.groups.internal.streams.Topology;
import io.margay.model.LineLimit;
import io.margay.protocol.Errors;
import io.margay.spi.controller.Controller;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the topics of the states of streams applications, and those between their parts. The members of a group ask for them with each
 * heartbeat until they are there. Safe for all threads. Bounded by {@link #MOST_AT_ONCE} and {@link #MOST_FAILURES}.
 */
final class InternalTopics {
  private static final Logger LOG = LoggerFactory.getLogger(InternalTopics.class);
  private static final int MOST_AT_ONCE = 1_000;
  private static final int MOST_FAILURES = 1_000;
  private static final int DEFAULT = -1;

  private final Controller controller;
  private final LineLimit lines;
  private final Set<String> creating = ConcurrentHashMap.newKeySet();
  /** Why the last attempt failed; the oldest is forgotten first. Guarded by itself. */
  private final Map<String, String> failures = new LinkedHashMap<>() {
    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
      return size() > MOST_FAILURES;
    }
  };

  InternalTopics(Controller controller, LineLimit lines) {
    this.controller = controller;
    this.lines = lines;
  }

  /** Begins to create topics, unless that is under way; returns why the last attempts failed, by topic. */
  Map<String, String> create(Collection<Topology.Internal> topics) {
    Map<String, String> before = new HashMap<>();
    for (Topology.Internal t : topics) {
      synchronized (failures) {
        if (failures.containsKey(t.name())) {
          before.put(t.name(), failures.get(t.name()));
        }
      }
      if (creating.size() < MOST_AT_ONCE && creating.add(t.name())) {
        int replicas = t.replicationFactor() > 0 ? t.replicationFactor() : DEFAULT;
        controller.createTopic(t.name(), t.partitions(), replicas, t.configs(), false).whenComplete((error, failure) ->
            ended(t.name(), failure == null ? error : Errors.UNKNOWN_SERVER_ERROR, failure));
      }
    }
    return before;
  }

  private void ended(String topic, Errors error, Throwable failure) {
    boolean there = error == Errors.NONE || error == Errors.TOPIC_ALREADY_EXISTS;
    synchronized (failures) {
      if (there) {
        failures.remove(topic);
      } else {
        failures.put(topic, failure == null ? error.message() : String.valueOf(failure.getMessage()));
      }
    }
    creating.remove(topic);
    if (!there && lines.pass("internal topic") >= 0) {
      LOG.warn("An internal topic of a streams group was not created; its members ask for it again. topic={} error={}", topic, error, failure);
    }
  }
}
