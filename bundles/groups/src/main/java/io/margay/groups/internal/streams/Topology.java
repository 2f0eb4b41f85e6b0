package io.margay.groups.internal.streams;

import io.margay.groups.internal.group.HeapSize;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the members of a streams group process, as they say it. Immutable.
 *
 * @param epoch grows when the application changes it
 * @param subtopologies its parts, each id once, in the order of their ids
 */
public record Topology(int epoch, List<Sub> subtopologies) {
  private static final int BYTES = 320;
  private static final int NAME_BYTES = 16;

  /**
   * A part of a topology that is processed as a whole.
   *
   * @param id its id
   * @param sources topics that it reads
   * @param patterns regular expressions of topics that it reads; not supported
   * @param changelogs topics of its state
   * @param repartitionSinks topics between parts that it writes
   * @param repartitionSources topics between parts that it reads
   * @param copartitioned groups of topics whose numbers of partitions are the same
   */
  public record Sub(String id, List<String> sources, List<String> patterns, List<Internal> changelogs, List<String> repartitionSinks,
      List<Internal> repartitionSources, List<Copartitioned> copartitioned) {
    /** Keeps its own lists. */
    public Sub {
      sources = List.copyOf(sources);
      patterns = List.copyOf(patterns);
      changelogs = List.copyOf(changelogs);
      repartitionSinks = List.copyOf(repartitionSinks);
      repartitionSources = List.copyOf(repartitionSources);
      copartitioned = List.copyOf(copartitioned);
    }

    /** Whether its tasks have state. */
    boolean isStateful() {
      return !changelogs.isEmpty();
    }

    /** The topics that its tasks read. */
    Set<String> read() {
      Set<String> all = new TreeSet<>(sources);
      repartitionSources.forEach(t -> all.add(t.name()));
      return all;
    }
  }

  /**
   * A topic that the coordinator creates.
   *
   * @param name its name
   * @param partitions how many partitions; 0 when that follows from other topics
   * @param replicationFactor how many replicas; 0 for the cluster's default
   * @param configs its settings
   */
  public record Internal(String name, int partitions, short replicationFactor, Map<String, String> configs) {
    /** Keeps its own settings. */
    public Internal {
      configs = Map.copyOf(configs);
    }

    Internal with(int count) {
      return new Internal(name, count, replicationFactor, configs);
    }
  }

  /**
   * Topics that are to have the same number of partitions, as indexes into the lists of their part.
   *
   * @param sources of the topics that it reads
   * @param patterns of the regular expressions
   * @param repartitionSources of the topics between parts that it reads
   */
  public record Copartitioned(List<Short> sources, List<Short> patterns, List<Short> repartitionSources) {
    /** Keeps its own lists. */
    public Copartitioned {
      sources = List.copyOf(sources);
      patterns = List.copyOf(patterns);
      repartitionSources = List.copyOf(repartitionSources);
    }
  }

  /** Keeps its own list, in the order of the ids. */
  public Topology {
    subtopologies = subtopologies.stream().sorted(java.util.Comparator.comparing(Sub::id)).toList();
  }

  /** The topics that it reads or writes, except those that only the application itself writes. */
  Set<String> topics() {
    Set<String> all = new TreeSet<>();
    for (Sub s : subtopologies) {
      all.addAll(s.read());
      all.addAll(s.repartitionSinks);
      s.changelogs.forEach(t -> all.add(t.name));
    }
    return all;
  }

  /** Estimated bytes of heap. */
  long bytes() {
    long bytes = BYTES;
    for (Sub s : subtopologies) {
      bytes += BYTES + HeapSize.of(s.id);
      for (List<String> names : List.of(s.sources, s.patterns, s.repartitionSinks)) {
        for (String name : names) {
          bytes += NAME_BYTES + HeapSize.of(name);
        }
      }
      for (List<Internal> internals : List.of(s.changelogs, s.repartitionSources)) {
        for (Internal t : internals) {
          bytes += BYTES + HeapSize.of(t.name);
          for (Map.Entry<String, String> c : t.configs.entrySet()) {
            bytes += NAME_BYTES + HeapSize.of(c.getKey()) + HeapSize.of(c.getValue());
          }
        }
      }
      for (Copartitioned c : s.copartitioned) {
        bytes += BYTES + 8L * (c.sources.size() + c.patterns.size() + c.repartitionSources.size());
      }
    }
    return bytes;
  }
}
