package io.margay.spi.audit;

import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/** A service of a part that has events to record. Safe for all threads. One caller drains it. */
@ProviderType
public interface AuditSource {
  /** The result of {@link #dueInMs} when there is nothing to drain. */
  long NEVER = -1;

  /**
   * Takes events out, the oldest first.
   *
   * @param max how many at most
   * @param to gets each of them
   * @return how many there were
   */
  int drain(int max, Consumer<AuditEvent> to);

  /**
   * Takes all events out, and what was counted up to now, due or not. For a source that leaves.
   *
   * @param to gets each of them
   */
  void drainAll(Consumer<AuditEvent> to);

  /** @return after how many milliseconds there is something to drain, 0 for now, or {@link #NEVER} */
  long dueInMs();

  /**
   * Sets what is called when an event is added to an empty source. It must not block.
   *
   * @param task replaces the one before; null for none
   */
  void onEvent(Runnable task);
}
