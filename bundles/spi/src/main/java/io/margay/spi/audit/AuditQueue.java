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
 * <p>Bounded in bytes, repetitions included. One owner may have half of them, so that a client that fails all the time does not push out the events of
 * others. The owner of an event is its principal; that of a failed login is the client's address, because anyone can claim a name. What does not fit is
 * dropped, and counted in an event {@link AuditEvent.Kind#LOST}, which comes when there is room again.
 *
 * <p>Events that clients can cause without a right are added with {@link #addRepeated}: the first one is kept at once, its repetitions are counted,
 * and their number comes as one event after {@code margay.audit.repeat.ms}. {@value #OWN_MAX} different events of one principal and address, and
 * {@value #REPEATED_MAX} of all, are counted by themselves; further ones are counted together by principal and address, failed logins by address alone. So
 * what a client can cause does not push older events out of a sink of limited size. All of them have half of the bytes, and one owner a quarter, so that
 * {@link #add} has room.
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

  /** An event that waits, and whether it was added as one that repeats. */
  private record Kept(AuditEvent event, boolean repeats) { }

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
  private final ArrayDeque<Kept> events = new ArrayDeque<>();
  /** How many bytes an owner has, repetitions included. */
  private final Map<String, Long> bytesOf = new HashMap<>();
  /** How many elements of {@link #repeated} a principal and address has. */
  private final Map<String, Integer> repeatedOf = new HashMap<>();
  /** In the order in which they are due. */
  private final LinkedHashMap<Key, Repeated> repeated = new LinkedHashMap<>();
  private final LinkedHashMap<Key, Repeated> others = new LinkedHashMap<>();
  private long bytes;
  /** How many of them are of events that repeat, waiting or counted. */
  private long repeatedBytes;
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

  private void keep(AuditEvent event) {
    long max = maxBytes.getAsLong();
    if (bytes + event.sizeBytes() > max || bytesOf.getOrDefault(owner(event), 0L) + event.sizeBytes() > max / 2) {
      lost += event.count();
      return;
    }
    take(event);
    events.add(new Kept(event, false));
  }

  private void count(AuditEvent event) {
    Key key = Key.of(event);
    Repeated known = repeated.get(key);
    if (known != null) {
      known.count += event.count();
    } else if (repeated.size() < REPEATED_MAX && repeatedOf.getOrDefault(place(event), 0) < OWN_MAX && fits(event)) {
      takeRepeated(event); // as an event, and for its repetitions
      takeRepeated(event);
      events.add(new Kept(event, true));
      repeated.put(key, new Repeated(event, clock.millis()));
      repeatedOf.merge(place(event), 1, Integer::sum);
    } else {
      countTogether(event);
    }
  }

  private void countTogether(AuditEvent event) {
    AuditEvent.Actor who = event.actor();
    AuditEvent.Actor actor = event.kind() == AuditEvent.Kind.LOGIN ? new AuditEvent.Actor(SEVERAL, who.host(), "", who.listener()) : who;
    AuditEvent any = AuditEvent.of(event.timeMs(), event.kind(), event.action(), actor, new AuditEvent.Resource("", SEVERAL), event.outcome(),
        event.count(), Map.of());
    Repeated rest = others.get(Key.of(any));
    if (rest != null) {
      rest.count += event.count();
    } else if (others.size() < REPEATED_MAX && roomForRepeated() >= any.sizeBytes()) {
      takeRepeated(any);
      rest = new Repeated(any, clock.millis());
      rest.count = event.count();
      others.put(Key.of(any), rest);
    } else {
      lost += event.count();
    }
  }

  /** Whether there is room for an event and for its repetitions. */
  private boolean fits(AuditEvent event) {
    long both = 2L * event.sizeBytes();
    return both <= roomForRepeated() && bytesOf.getOrDefault(owner(event), 0L) + both <= maxBytes.getAsLong() / 4;
  }

  private long roomForRepeated() {
    long max = maxBytes.getAsLong();
    return Math.min(max - bytes, max / 2 - repeatedBytes);
  }

  /** Whose bytes an event takes: those of the principal, or of the address where the principal is only claimed. */
  private static String owner(AuditEvent event) {
    return event.kind() == AuditEvent.Kind.LOGIN ? " " + event.actor().host() : event.actor().principal();
  }

  /** What {@link #repeatedOf} counts by. */
  private static String place(AuditEvent event) {
    return event.kind() == AuditEvent.Kind.LOGIN ? owner(event) : event.actor().principal() + " " + event.actor().host();
  }

  private void take(AuditEvent event) {
    bytes += event.sizeBytes();
    bytesOf.merge(owner(event), (long) event.sizeBytes(), Long::sum);
  }

  private void takeRepeated(AuditEvent event) {
    take(event);
    repeatedBytes += event.sizeBytes();
  }

  private void give(AuditEvent event, boolean repeats) {
    bytes -= event.sizeBytes();
    repeatedBytes -= repeats ? event.sizeBytes() : 0;
    bytesOf.computeIfPresent(owner(event), (who, all) -> all <= event.sizeBytes() ? null : all - event.sizeBytes());
  }

  @Override
  public int drain(int max, Consumer<AuditEvent> to) {
    return drain(max, false, to);
  }

  @Override
  public void drainAll(Consumer<AuditEvent> to) {
    drain(Integer.MAX_VALUE, true, to);
  }

  private synchronized int drain(int max, boolean last, Consumer<AuditEvent> to) {
    int drained = 0;
    long now = clock.millis();
    for (Kept kept; drained < max && (kept = events.poll()) != null; drained++) {
      give(kept.event, kept.repeats);
      to.accept(kept.event);
    }
    drained += due(repeated, now, last, max - drained, to);
    drained += due(others, now, last, max - drained, to);
    if (lost > 0 && drained < max) {
      to.accept(AuditEvent.of(now, AuditEvent.Kind.LOST, "lost", NOBODY, AuditEvent.Resource.NONE, AuditEvent.OK, lost, Map.of("source", name)));
      lost = 0;
      drained++;
    }
    return drained;
  }

  private int due(LinkedHashMap<Key, Repeated> from, long now, boolean last, int max, Consumer<AuditEvent> to) {
    int drained = 0;
    for (Iterator<Repeated> i = from.values().iterator(); i.hasNext() && drained < max;) {
      Repeated r = i.next();
      if (!last && now - r.sinceMs < repeatMs.getAsInt() && now >= r.sinceMs) {
        break;
      }
      i.remove();
      give(r.event, true);
      if (from == repeated) {
        repeatedOf.computeIfPresent(place(r.event), (who, n) -> n > 1 ? n - 1 : null);
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
