package io.margay.itests.felix;

import java.util.Map;

/** The parts that are replaced under load, with what uses them. */
enum SwapPart {
  PARTITIONERS("partitioners", 0, Map.of("margay.partitioner", "murmur2"), "produce in the container",
      (broker, topic, group) -> PartCaller.producingInside(broker, topic + "-inside")),
  ASSIGNORS("assignors", 0, Map.of(), "assignor:simulate",
      (broker, topic, group) -> PartCaller.simulatingAssignment(broker, group)),
  PLACEMENTS("placements", 0, Map.of(), "create and delete topics",
      (broker, topic, group) -> PartCaller.creatingTopics(broker, topic)),
  STORAGE_FILE("storage-file", 1000, Map.of("margay.storage.engine", "file"), null, null),
  STORAGE_MAPDB("storage-mapdb", -1, Map.of("margay.storage.engine", "mapdb"), null, null),
  LOG("log", -1, Map.of(), null, null),
  GROUPS("groups", 500, Map.of(), "commit offsets, also in transactions", (broker, topic, group) -> PartCaller.committing(broker, topic)),
  SHARES("shares", -1, Map.of(), "share records", (broker, topic, group) -> PartCaller.sharing(broker, topic)),
  TRANSACTIONS("transactions", -1, Map.of(), "commit transactions", (broker, topic, group) -> PartCaller.transacting(broker, topic)),
  REPLICATION("replication", -1, Map.of(), null, null),
  CONTROLLER("controller", -1, Map.of(), "create and delete topics",
      (broker, topic, group) -> PartCaller.creatingTopics(broker, topic)),
  SERVER("server", -1, Map.of(), null, null),
  CONFIG("config", -1, Map.of(), null, null);

  /** Makes who uses the part. */
  private interface Callers {
    PartCaller of(FelixBroker broker, String topic, String group) throws Exception;
  }

  private final String bundle;
  private final int targetMs;
  private final Map<String, String> topicSettings;
  private final String use;
  private final Callers callers;

  SwapPart(String bundle, int targetMs, Map<String, String> topicSettings, String use, Callers callers) {
    this.bundle = bundle;
    this.targetMs = targetMs;
    this.topicSettings = topicSettings;
    this.use = use;
    this.callers = callers;
  }

  /** The bundle's name without what all names begin with. */
  String bundle() {
    return bundle;
  }

  /** The longest pause that is aimed at, in milliseconds: 0 for none that can be measured, below 0 for no aim. */
  int targetMs() {
    return targetMs;
  }

  /**
   * How many classes others may load beyond their first updates: when these are replaced, all others start again, or give their services
   * again; or transactions meet what happens rarely.
   */
  int classesOfOthers() {
    return this == SERVER || this == CONFIG ? 60 : this == GROUPS || this == TRANSACTIONS ? 30 : 0;
  }

  /** What makes the topics of producers and consumers use the part. */
  Map<String, String> topicSettings() {
    return topicSettings;
  }

  /** What the caller does, or null when producers and consumers are all that uses the part. */
  String use() {
    return use;
  }

  /** @return who uses the part beside producers and consumers, already at work, or null */
  PartCaller caller(FelixBroker broker, String topic, String group) throws Exception {
    return callers == null ? null : callers.of(broker, topic, group);
  }
}
