package io.margay.metadata;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * All topics, by name and by id.
 *
 * <p>Invariant: {@code names} holds the name of each topic in {@code byName} by its id, and nothing else.
 *
 * @param byName topics by name
 * @param names names by id
 */
public record TopicsImage(Map<String, TopicImage> byName, Map<UUID, String> names) {
  /** No topics. */
  public static final TopicsImage EMPTY = new TopicsImage(Map.of(), Map.of());

  /**
   * @param byName topics by name; copied
   * @return the same with their ids
   */
  public static TopicsImage of(Map<String, TopicImage> byName) {
    Map<UUID, String> names = new HashMap<>();
    byName.values().forEach(topic -> names.put(topic.id(), topic.name()));
    // Map.copyOf has another order in each process; this one lets a simulation repeat what happened
    return new TopicsImage(Collections.unmodifiableMap(new HashMap<>(byName)), Collections.unmodifiableMap(names));
  }

  /**
   * @param id a topic's id
   * @return the topic, or null
   */
  public TopicImage byId(UUID id) {
    String name = names.get(id);
    return name == null ? null : byName.get(name);
  }
}
