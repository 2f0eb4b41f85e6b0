package io.margay.groups.internal.group;

import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** A number that tells whether the topics that a group subscribes to have changed. */
public final class TopicsHash {
  private TopicsHash() { }

  /**
   * @param names names of topics, in any order
   * @param topics the topics of the cluster
   * @return of those that exist, so that another value means another assignment
   */
  public static long of(Set<String> names, Topics topics) {
    long hash = 0xcbf29ce484222325L;
    for (String name : new TreeSet<>(names)) {
      UUID id = topics.id(name);
      if (id != null) {
        hash = mix(mix(mix(hash, id.getMostSignificantBits()), id.getLeastSignificantBits()), topics.partitions(name));
      }
    }
    return hash;
  }

  private static long mix(long hash, long value) {
    long mixed = (hash ^ value) * 0x9e3779b97f4a7c15L;
    return mixed ^ mixed >>> 32;
  }
}
