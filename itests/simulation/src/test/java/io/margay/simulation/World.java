package io.margay.simulation;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * Virtual time, chance, and what happens next. Everything in a simulation happens in events of this queue, in one thread, in the order of
 * their times; events of the same time keep the order in which they were added. So a seed decides everything.
 */
final class World {
  private record Event(long atMicros, long number, Runnable work) { }

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::atMicros).thenComparingLong(Event::number));
  private final long seed;
  private final SplittableRandom random;
  private final Trace trace = new Trace(this);
  private long nowMicros;
  private long number;

  World(long seed) {
    this.seed = seed;
    this.random = new SplittableRandom(seed);
  }

  long seed() {
    return seed;
  }

  long nowMicros() {
    return nowMicros;
  }

  Trace trace() {
    return trace;
  }

  /** A number in {@code [from, to)}. */
  long random(long from, long to) {
    return random.nextLong(from, to);
  }

  /** True in so many of a thousand cases. */
  boolean chance(int perMille) {
    return random.nextInt(1000) < perMille;
  }

  /** Something happens after a time. */
  void after(long delayMicros, Runnable work) {
    events.add(new Event(nowMicros + Math.max(0, delayMicros), number++, work));
  }

  /** Lets the next event happen; false when there is none before a time, which is then reached. */
  boolean step(long untilMicros) {
    Event next = events.peek();
    if (next == null || next.atMicros > untilMicros) {
      nowMicros = untilMicros;
      return false;
    }
    events.remove();
    nowMicros = next.atMicros;
    next.work.run();
    return true;
  }
}
