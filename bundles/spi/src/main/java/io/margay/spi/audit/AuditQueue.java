package io.margay.spi.audit;

import io.margay.model.Clock;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * The events of one part until they are recorded. Its owner registers it as the service {@link AuditSource}. Safe for all threads; adding never
 * blocks for longer than another addition takes.
 *
 * <p>Bounded in bytes, repetitions included. One principal may have half of them, so that a client that fails all the time does not push out
 * the events of others. What does not fit is dropped, and counted in an event {@link AuditEvent.Kind#LOST}, which comes when there is room again.
 *
 * <p>Events that clients can cause without a right are added with {@link #addRepeated}: the first one is kept at once, its repetitions are counted,
 * and their number comes as one event after {@code margay.audit.repeat.ms}. {@value #OWN_MAX} different events of one principal and address, and
 * {@value #REPEATED_MAX} of all, are counted by themselves; further ones are counted together by principal and address. So what a client can cause does not
 * push older events out of a sink of limited size.
 */
public final class AuditQueue implements AuditSource {
  /** Most events whose repetitions are counted at a time. */
  static final int REPEATED_MAX = 500;
  /** Most of them that are of the same principal and address. */
  static final int OWN_MAX = 50;
  /** The name of the resource where several are counted together. */
  public static final String SEVERAL = "(several)";

  private static final AuditEvent.Actor NOBODY = new AuditEvent.Actor("", "", "", "");

  /** Repetitions of one event since {@link #sinceMs}. */
  private static final class Repeated {
    private final AuditEvent event;
    private final long sinceMs;
    private long count;

    Repeated(AuditEvent event, long sinceMs) {
      this.event = event;
      this.sinceMs = sinceMs;
    }
  }

  /** What makes events equal. */
  private record Key(AuditEvent.Kind kind, String action, String principal, String host, AuditEvent.Resource resource, String outcome,
      Map<String, String> details) {
    static Key of(AuditEvent e) {
      return new Key(e.kind(), e.action(), e.actor().principal(), e.actor().host(), e.resource(), e.outcome(), e.details());
    }
  }

  private final String name;
  private final Clock clock;
  private final LongSupplier maxBytes;
  private final IntSupplier repeatMs;
  private final ArrayDeque<AuditEvent> events = new ArrayDeque<>();
  private final Map<String, Long> bytesOf = new HashMap<>();
  /** How many elements of {@link #repeated} a principal and address has. */
  private final Map<String, Integer> repeatedOf = new HashMap<>();
  /** In the order in which they are due. */
  private final LinkedHashMap<Key, Repeated> repeated = new LinkedHashMap<>();
  private final LinkedHashMap<Key, Repeated> others = new LinkedHashMap<>();
  private long bytes;
  private long lost;
  private volatile Runnable onEvent;

  /**
   * @param name of the part, for the event that says what was dropped
   * @param clock tells the time
   * @param maxBytes the bound
   * @param repeatMs for how long repetitions are counted
   */
  public AuditQueue(String name, Clock clock, LongSupplier maxBytes, IntSupplier repeatMs) {
    this.name = name;
    this.clock = clock;
    this.maxBytes = maxBytes;
    this.repeatMs = repeatMs;
  }

  /** @return the time for a new event, in milliseconds since 1970 */
  public long nowMs() {
    return clock.millis();
  }

  /** @param event is recorded, if there is room */
  public void add(AuditEvent event) {
    boolean first;
    synchronized (this) {
      first = events.isEmpty();
      keep(event);
      first &= !events.isEmpty() || lost > 0;
    }
    if (first) {
      wake();
    }
  }

  /** @param event is recorded, or counted when an equal one was recorded just now */
  public void addRepeated(AuditEvent event) {
    boolean first;
    synchronized (this) {
      first = events.isEmpty();
      count(event);
      first &= !events.isEmpty() || lost > 0;
    }
    if (first) {
      wake();
    }
  }

  private void wake() {
    Runnable task = onEvent;
    if (task != null) {
      task.run();
    }
  }

  private boolean keep(AuditEvent event) {
    int size = event.sizeBytes();
    long max = maxBytes.getAsLong();
    long own = bytesOf.getOrDefault(event.actor().principal(), 0L) + size;
    if (bytes + size > max || own > max / 2) {
      lost += event.count();
      return false;
    }
    bytes += size;
    bytesOf.put(event.actor().principal(), own);
    events.add(event);
    return true;
  }

  private void count(AuditEvent event) {
    Key key = Key.of(event);
    Repeated known = repeated.get(key);
    if (known != null) {
      known.count += event.count();
      return;
    }
    if (repeated.size() < REPEATED_MAX && repeatedOf.getOrDefault(owner(event), 0) < OWN_MAX) {
      if (keep(event) && reserve(event)) {
        repeated.put(key, new Repeated(event, clock.millis()));
        repeatedOf.merge(owner(event), 1, Integer::sum);
      }
      return;
    }
    AuditEvent any = AuditEvent.of(event.timeMs(), event.kind(), event.action(), event.actor(), new AuditEvent.Resource("", SEVERAL),
        event.outcome(), event.count(), Map.of());
    Repeated rest = others.get(Key.of(any));
    if (rest != null) {
      rest.count += event.count();
    } else if (others.size() < REPEATED_MAX && reserve(any)) {
      rest = new Repeated(any, clock.millis());
      rest.count = event.count();
      others.put(Key.of(any), rest);
    } else {
      lost += event.count();
    }
  }

  private static String owner(AuditEvent event) {
    return event.actor().principal() + " " + event.actor().host();
  }

  /** Counts a repeated event as kept, too. */
  private boolean reserve(AuditEvent event) {
    if (bytes + event.sizeBytes() > maxBytes.getAsLong()) {
      return false;
    }
    bytes += event.sizeBytes();
    return true;
  }

  @Override
  public synchronized int drain(int max, Consumer<AuditEvent> to) {
    int drained = 0;
    long now = clock.millis();
    for (AuditEvent e; drained < max && (e = events.poll()) != null; drained++) {
      give(e);
      to.accept(e);
    }
    drained += due(repeated, now, max - drained, to);
    drained += due(others, now, max - drained, to);
    if (lost > 0 && drained < max) {
      to.accept(AuditEvent.of(now, AuditEvent.Kind.LOST, "lost", NOBODY, AuditEvent.Resource.NONE, AuditEvent.OK, lost, Map.of("source", name)));
      lost = 0;
      drained++;
    }
    return drained;
  }

  private void give(AuditEvent event) {
    bytes -= event.sizeBytes();
    bytesOf.compute(event.actor().principal(), (who, all) -> all == null || all <= event.sizeBytes() ? null : all - event.sizeBytes());
  }

  private int due(LinkedHashMap<Key, Repeated> from, long now, int max, Consumer<AuditEvent> to) {
    int drained = 0;
    for (Iterator<Repeated> i = from.values().iterator(); i.hasNext() && drained < max;) {
      Repeated r = i.next();
      if (now - r.sinceMs < repeatMs.getAsInt() && now >= r.sinceMs) {
        break;
      }
      i.remove();
      bytes -= r.event.sizeBytes();
      if (from == repeated) {
        repeatedOf.computeIfPresent(owner(r.event), (who, n) -> n > 1 ? n - 1 : null);
      }
      if (r.count > 0) {
        to.accept(r.event.at(now, r.count));
        drained++;
      }
    }
    return drained;
  }

  @Override
  public synchronized long dueInMs() {
    if (!events.isEmpty() || lost > 0) {
      return 0;
    }
    long now = clock.millis();
    long due = Math.min(due(repeated, now), due(others, now));
    return due == Long.MAX_VALUE ? NEVER : due;
  }

  private long due(LinkedHashMap<Key, Repeated> from, long now) {
    return from.isEmpty() ? Long.MAX_VALUE : Math.max(0, from.values().iterator().next().sinceMs + repeatMs.getAsInt() - now);
  }

  @Override
  public void onEvent(Runnable task) {
    onEvent = task;
    if (task != null && dueInMs() != NEVER) {
      task.run();
    }
  }

  /** @return how many bytes are kept */
  synchronized long bytes() {
    return bytes;
  }
}
