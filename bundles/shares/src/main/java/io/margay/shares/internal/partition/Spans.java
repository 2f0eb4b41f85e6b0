package io.margay.shares.internal.partition;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The states of the offsets of a share partition from its start on. An offset that is in no span was never delivered. Neighbours that are the
 * same are one span, so there are at most twice as many spans as offsets that are not done, and one.
 */
final class Spans {
  private final TreeMap<Long, Span> spans = new TreeMap<>();
  private long start;

  Spans(long start) {
    this.start = start;
  }

  /** The first offset that is not done. */
  long start() {
    return start;
  }

  /** The offset after the last one that was ever delivered. */
  long end() {
    return spans.isEmpty() ? start : spans.lastEntry().getValue().last + 1;
  }

  Collection<Span> all() {
    return spans.values();
  }

  void add(Span span) {
    spans.put(span.first, span);
  }

  /**
   * The spans of a range, cut so that they do not reach beyond it.
   *
   * @param first inclusive, not before the start
   * @param last inclusive
   * @param fill whether offsets that are in no span get one
   * @return in ascending order; a copy
   */
  List<Span> range(long first, long last, boolean fill) {
    cut(first);
    cut(last + 1);
    List<Span> found = new ArrayList<>(spans.subMap(first, true, last, true).values());
    if (!fill) {
      return found;
    }
    List<Span> filled = new ArrayList<>(found.size() + 1);
    long next = first;
    for (Span span : found) {
      next = fillUpTo(next, span.first, filled);
      filled.add(span);
      next = span.last + 1;
    }
    fillUpTo(next, last + 1, filled);
    return filled;
  }

  private long fillUpTo(long from, long to, List<Span> into) {
    if (from < to) {
      Span span = new Span(from, to - 1, Span.State.AVAILABLE, (short) 0);
      spans.put(from, span);
      into.add(span);
    }
    return to;
  }

  private void cut(long at) {
    Map.Entry<Long, Span> before = spans.lowerEntry(at);
    if (before != null && before.getValue().last >= at) {
      add(before.getValue().cut(at));
    }
  }

  /** The first offset from one on that can be acquired. */
  long nextAvailable() {
    long next = start;
    for (Span span : spans.values()) {
      if (span.first > next || span.state == Span.State.AVAILABLE) {
        return next;
      }
      next = span.last + 1;
    }
    return next;
  }

  /** The first offset that can be acquired of those that were delivered before; -1 when there is none. */
  long nextDelivered() {
    for (Span span : spans.values()) {
      if (span.state == Span.State.AVAILABLE && span.count > 0) {
        return span.first;
      }
    }
    return -1;
  }

  /** Where the offsets end that can be acquired together from one on; {@link Long#MAX_VALUE} when nothing follows. */
  long availableUpTo(long from) {
    for (Span span : spans.tailMap(from, true).values()) {
      if (span.state != Span.State.AVAILABLE) {
        return span.first;
      }
    }
    return Long.MAX_VALUE;
  }

  /** How many offsets are known and not done. */
  long open() {
    long open = 0;
    for (Span span : spans.values()) {
      open += span.state == Span.State.DONE ? 0 : span.size();
    }
    return open;
  }

  /** Joins neighbours, and moves the start over what is done and written. */
  void tidy() {
    Span before = null;
    for (Iterator<Span> i = spans.values().iterator(); i.hasNext();) {
      Span span = i.next();
      if (before != null && before.joins(span)) {
        before.last = span.last;
        before.count = (short) Math.max(before.count, span.count);
        i.remove();
      } else {
        before = span;
      }
    }
    while (!spans.isEmpty() && spans.firstEntry().getValue().first == start && isOver(spans.firstEntry().getValue())) {
      start = spans.pollFirstEntry().getValue().last + 1;
    }
  }

  private static boolean isOver(Span span) {
    return span.state == Span.State.DONE && span.dirty == Span.NOTHING;
  }

  /** Drops what is before an offset. */
  void startAt(long offset) {
    cut(offset);
    spans.headMap(offset, false).clear();
    start = offset;
  }
}
