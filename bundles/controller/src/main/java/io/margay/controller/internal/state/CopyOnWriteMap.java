package io.margay.controller.internal.state;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/**
 * A map that is copied when it is changed for the first time after it was shared: a batch of changes costs one copy, and a
 * replay, during which nothing is shared, none. Guarded by its owner.
 */
final class CopyOnWriteMap<K, V> {
  private Map<K, V> map = new HashMap<>();
  private Map<K, V> shared;

  Map<K, V> read() {
    return map;
  }

  Map<K, V> write() {
    if (shared != null) {
      map = new HashMap<>(map);
      shared = null;
    }
    return map;
  }

  /** The map as it is now; later changes do not reach it. */
  Map<K, V> share() {
    if (shared == null) {
      shared = Collections.unmodifiableMap(map);
    }
    return shared;
  }
}
