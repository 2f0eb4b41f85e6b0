package io.margay.groups.internal.streams;

import io.margay.groups.internal.group.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A topology among the topics of the cluster: how many tasks each part has, and what is in the way of running it. Immutable.
 *
 * @param tasks how many tasks each part has, by its id; empty unless the topics that it reads are there and fit
 * @param missing internal topics that are to be created, by name
 * @param problem what is in the way, or null
 */
record Plan(SortedMap<String, Integer> tasks, SortedMap<String, Topology.Internal> missing, Problem problem) {
  /** Codes of StreamsGroupHeartbeat. */
  static final byte STALE_TOPOLOGY = 0;
  static final byte MISSING_SOURCE_TOPICS = 1;
  static final byte INCORRECTLY_PARTITIONED_TOPICS = 2;
  static final byte MISSING_INTERNAL_TOPICS = 3;
  static final byte SHUTDOWN_APPLICATION = 4;
  static final byte ASSIGNMENT_DELAYED = 5;
  static final byte MISSING_CLIENT_TAGS = 6;

  /** Nothing to run. */
  static final Plan NONE = new Plan(new TreeMap<>(), new TreeMap<>(), null);

  /**
   * What is in the way of running a topology.
   *
   * @param code of the status in StreamsGroupHeartbeat
   * @param detail in words
   */
  record Problem(byte code, String detail) { }

  /** Ends the planning. */
  private static final class Unfit extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient Problem problem;

    Unfit(byte code, String detail) {
      super(detail, null, false, false);
      this.problem = new Problem(code, detail);
    }
  }

  /** Whether tasks can be assigned. */
  boolean isReady() {
    return problem == null && !tasks.isEmpty();
  }

  /**
   * @param topology what members process; null for nothing yet
   * @param topics the topics of the cluster
   * @param mostTasks limit of all tasks together
   */
  static Plan of(Topology topology, Topics topics, int mostTasks) {
    if (topology == null) {
      return NONE;
    }
    try {
      return new Planning(topology, topics).plan(mostTasks);
    } catch (Unfit e) {
      return new Plan(new TreeMap<>(), new TreeMap<>(), e.problem);
    }
  }

  /** One plan in the making. Used once, by one thread. */
  private static final class Planning {
    private final Topology topology;
    private final Topics topics;
    /** Partitions of the topics between parts, as far as they are known. */
    private final Map<String, Integer> repartition = new HashMap<>();
    private final Map<String, Topology.Internal> repartitionTopics = new TreeMap<>();

    Planning(Topology topology, Topics topics) {
      this.topology = topology;
      this.topics = topics;
    }

    Plan plan(int mostTasks) {
      requireSources();
      for (Topology.Sub s : topology.subtopologies()) {
        s.repartitionSources().forEach(t -> {
          repartitionTopics.put(t.name(), t);
          if (t.partitions() > 0) {
            repartition.put(t.name(), t.partitions());
          }
        });
      }
      countRepartition();
      topology.subtopologies().forEach(s -> s.copartitioned().forEach(c -> copartition(s, c)));
      SortedMap<String, Integer> tasks = new TreeMap<>();
      SortedMap<String, Topology.Internal> missing = new TreeMap<>();
      repartitionTopics.forEach((name, t) -> require(t.with(repartition.get(name)), missing));
      long all = 0;
      for (Topology.Sub s : topology.subtopologies()) {
        int count = s.read().stream().mapToInt(this::partitions).max().orElse(0);
        if (count == 0) {
          throw new Unfit(MISSING_SOURCE_TOPICS, "Subtopology " + s.id() + " reads no topic.");
        }
        tasks.put(s.id(), count);
        all += count;
        s.changelogs().forEach(t -> require(t.with(count), missing));
      }
      if (all > mostTasks) {
        throw new Unfit(INCORRECTLY_PARTITIONED_TOPICS, "The topics make " + all + " tasks, more than the " + mostTasks
            + " of margay.groups.streams.max.tasks.");
      }
      return new Plan(tasks, missing, missing.isEmpty() ? null
          : new Problem(MISSING_INTERNAL_TOPICS, "Internal topics are missing: " + missing.keySet()));
    }

    private void requireSources() {
      Set<String> gone = new TreeSet<>();
      topology.subtopologies().forEach(s -> s.sources().stream().filter(t -> topics.id(t) == null).forEach(gone::add));
      if (!gone.isEmpty()) {
        throw new Unfit(MISSING_SOURCE_TOPICS, "Source topics " + String.join(", ", gone) + " are missing.");
      }
    }

    /** Of a topic that is there, or between parts; 0 when it is not known. */
    private int partitions(String topic) {
      return repartitionTopics.containsKey(topic) ? repartition.getOrDefault(topic, 0) : topics.partitions(topic);
    }

    /** A topic between parts gets as many partitions as the parts that write it have tasks. Parts may depend on each other in a chain. */
    private void countRepartition() {
      boolean progress = true;
      while (progress && repartition.size() < repartitionTopics.size()) {
        progress = false;
        for (String name : repartitionTopics.keySet()) {
          if (!repartition.containsKey(name)) {
            int count = countOfWriters(name);
            if (count > 0) {
              repartition.put(name, count);
              progress = true;
            }
          }
        }
      }
      if (repartition.size() < repartitionTopics.size()) {
        Set<String> unknown = new TreeSet<>(repartitionTopics.keySet());
        unknown.removeAll(repartition.keySet());
        throw new Unfit(MISSING_SOURCE_TOPICS, "The number of partitions of repartition topics is not determined: "
            + String.join(", ", unknown));
      }
    }

    private int countOfWriters(String name) {
      int most = 0;
      for (Topology.Sub s : topology.subtopologies()) {
        if (s.repartitionSinks().contains(name)) {
          for (String source : s.read()) {
            int count = partitions(source);
            if (count == 0) {
              return 0;
            }
            most = Math.max(most, count);
          }
        }
      }
      return most;
    }

    private void copartition(Topology.Sub s, Topology.Copartitioned group) {
      List<String> plain = new ArrayList<>();
      List<Topology.Internal> between = new ArrayList<>();
      group.sources().forEach(i -> plain.add(s.sources().get(i)));
      group.repartitionSources().forEach(i -> between.add(s.repartitionSources().get(i)));
      int count = 0;
      for (String topic : plain) {
        int of = topics.partitions(topic);
        if (count > 0 && of != count) {
          throw new Unfit(INCORRECTLY_PARTITIONED_TOPICS, "Following topics do not have the same number of partitions: ["
              + plain.stream().map(t -> t + "=" + topics.partitions(t)).collect(Collectors.joining(", ")) + "]");
        }
        count = of;
      }
      for (Topology.Internal t : between) {
        if (t.partitions() > 0 && count > 0 && t.partitions() != count) {
          throw new Unfit(INCORRECTLY_PARTITIONED_TOPICS, plain.isEmpty()
              ? "Following topics do not have the same number of partitions: [" + between.stream().map(b -> b.name() + "=" + b.partitions())
                  .collect(Collectors.joining(", ")) + "]"
              : "Number of partitions [" + t.partitions() + "] of repartition topic [" + t.name() + "] doesn't match number of partitions ["
                  + count + "] of the source topic.");
        }
        count = plain.isEmpty() && t.partitions() > 0 ? t.partitions() : count;
      }
      int same = count > 0 ? count : between.stream().mapToInt(t -> repartition.get(t.name())).max().orElse(0);
      between.forEach(t -> repartition.put(t.name(), same));
    }

    /** A topic that is there is to have the right number of partitions; one that is not is to be created. */
    private void require(Topology.Internal topic, SortedMap<String, Topology.Internal> missing) {
      int there = topics.partitions(topic.name());
      if (there == 0) {
        missing.put(topic.name(), topic);
      } else if (there != topic.partitions()) {
        throw new Unfit(INCORRECTLY_PARTITIONED_TOPICS, "Existing internal topic " + topic.name() + " has invalid partitions: expected: "
            + topic.partitions() + "; actual: " + there + ". Delete it, or reset the application.");
      }
    }
  }
}
