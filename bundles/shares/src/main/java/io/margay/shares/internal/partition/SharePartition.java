package io.margay.shares.internal.partition;

import io.margay.protocol.Errors;
import io.margay.shares.internal.state.StateBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A partition as one share group consumes it: which offsets are acquired by which member and until when, how often they were delivered, and what
 * was acknowledged. Pure: time comes in, what is to be written goes out. Used by one thread at a time; its leader holds a lock.
 *
 * <p>What is acknowledged counts when it is written. One write is under way at a time; what comes meanwhile goes into the next one. So each write
 * says where the partition starts once it is written. What is acquired is not written: after the leader has changed, it is delivered again.
 */
public final class SharePartition {
  private final ShareLimits limits;
  private final Spans spans;
  private boolean writing;

  /**
   * @param limits the settings of the group
   * @param startOffset where the group starts to read
   * @param batches what is known of offsets from there on
   */
  public SharePartition(ShareLimits limits, long startOffset, List<StateBatch> batches) {
    this.limits = limits;
    this.spans = new Spans(startOffset);
    for (StateBatch b : batches) {
      if (b.last() >= startOffset) {
        spans.add(new Span(Math.max(b.first(), startOffset), b.last(),
            b.state() == StateBatch.AVAILABLE ? Span.State.AVAILABLE
                : b.state() == StateBatch.ARCHIVING ? Span.State.ARCHIVING : Span.State.DONE, b.count()));
      }
    }
    spans.tidy();
  }

  /** @return the first offset that is not done */
  public long startOffset() {
    return spans.start();
  }

  // ------------------------------------------------------------------------------------------------ acquiring

  /** @return where to read next; -1 when nothing can be acquired, because too much is acquired */
  public long nextOffset() {
    return spans.open() < limits.maxLocks() ? spans.nextAvailable() : spans.nextDelivered();
  }

  /**
   * @param from what {@link #nextOffset} gave
   * @return exclusive end of what can be acquired from there on
   */
  public long availableUpTo(long from) {
    return spans.availableUpTo(from);
  }

  /**
   * Acquires what can be delivered of some batches.
   *
   * @param member who gets it
   * @param from where the batches were read
   * @param batches in ascending order, without those that reach beyond what is visible
   * @param most records; whole batches are acquired while fewer were, unless {@code strict}
   * @param strict whether {@code most} is never exceeded
   * @param nowMs milliseconds, of a clock that never goes back
   * @return what was acquired, in ascending order
   */
  public List<Acquired> acquire(String member, long from, List<LogBatch> batches, int most, boolean strict, long nowMs) {
    List<Acquired> acquired = new ArrayList<>();
    long until = nowMs + limits.lockMs();
    long left = most;
    long room = limits.maxLocks() - spans.open();
    long next = Math.max(from, spans.start());
    for (LogBatch batch : batches) {
      if (left <= 0 || batch.last() < next) {
        if (left <= 0) {
          break;
        }
        continue;
      }
      long first = Math.max(batch.first(), next);
      // what is between batches is gone from the log
      finish(next, first - 1);
      next = batch.last() + 1;
      if (!batch.delivered()) {
        finish(first, batch.last());
        continue;
      }
      for (Span span : spans.range(first, batch.last(), true)) {
        boolean isNew = span.state == Span.State.AVAILABLE && span.count == 0;
        if (span.state != Span.State.AVAILABLE) {
          continue;
        }
        long size = span.size();
        long allowed = Math.min(strict ? left : size, isNew ? room : size);
        if (allowed <= 0) {
          continue;
        }
        if (allowed < size) {
          spans.add(span.cut(span.first + allowed));
        }
        room -= isNew ? span.size() : 0;
        left -= span.size();
        span.acquire(member, until);
        add(acquired, span);
      }
    }
    forgetUntouched();
    spans.tidy();
    return acquired;
  }

  /**
   * The log has no batch that begins in a range, nor one that reaches into it.
   *
   * @param from what {@link #nextOffset} gave
   * @param to exclusive, not beyond {@link #availableUpTo} nor the end of what is visible
   */
  public void nothingIn(long from, long to) {
    finish(Math.max(from, spans.start()), to - 1);
    spans.tidy();
  }

  private static void add(List<Acquired> acquired, Span span) {
    Acquired before = acquired.isEmpty() ? null : acquired.get(acquired.size() - 1);
    if (before != null && before.last() + 1 == span.first && before.count() == span.count) {
      acquired.set(acquired.size() - 1, new Acquired(before.first(), span.last, span.count));
    } else {
      acquired.add(new Acquired(span.first, span.last, span.count));
    }
  }

  /** There is nothing to deliver there. Records that a member has acquired stay with that member. */
  private void finish(long first, long last) {
    if (first <= last) {
      for (Span span : spans.range(first, last, true)) {
        if (span.state == Span.State.AVAILABLE) {
          span.end(Span.State.DONE);
        }
      }
    }
  }

  /** What was never delivered needs no span. */
  private void forgetUntouched() {
    spans.all().removeIf(s -> s.state == Span.State.AVAILABLE && s.count == 0 && s.dirty == Span.NOTHING);
  }

  // ------------------------------------------------------------------------------------------------ acknowledging

  /**
   * Takes acknowledgements of a member, all or none of them. They count when they are written.
   *
   * @param member who acknowledges
   * @param acknowledgements what it says
   * @param nowMs as for {@link #acquire}
   * @return NONE; INVALID_RECORD_STATE when it has not, or no longer, acquired one of the offsets; INVALID_REQUEST
   */
  public Errors acknowledge(String member, List<Acknowledgement> acknowledgements, long nowMs) {
    expire(nowMs);
    long before = -1;
    for (Acknowledgement a : acknowledgements) {
      if (!a.isValid() || a.first() <= before || a.renews() && !limits.mayRenew()) {
        return Errors.INVALID_REQUEST;
      }
      before = a.last();
      if (a.first() < spans.start() || !isAcquired(member, a.first(), a.last())) {
        spans.tidy();
        return Errors.INVALID_RECORD_STATE;
      }
    }
    for (Acknowledgement a : acknowledgements) {
      for (long at = a.first(); at <= a.last();) {
        long end = a.runEnd(at);
        for (Span span : spans.range(at, end, false)) {
          apply(span, a.typeOf(at), nowMs);
        }
        at = end + 1;
      }
    }
    spans.tidy();
    return Errors.NONE;
  }

  private boolean isAcquired(String member, long first, long last) {
    long next = first;
    for (Span span : spans.range(first, last, false)) {
      if (span.first != next || span.state != Span.State.ACQUIRED || !member.equals(span.owner) || span.next != Span.NOTHING) {
        return false;
      }
      next = span.last + 1;
    }
    return next == last + 1;
  }

  private void apply(Span span, byte type, long nowMs) {
    switch (type) {
      case Acknowledgement.RENEW -> span.deadlineMs = nowMs + limits.lockMs();
      case Acknowledgement.ACCEPT -> span.next = StateBatch.ACKED;
      case Acknowledgement.RELEASE -> span.next = isSpent(span) ? givenUp(span, GivenUp.DELIVERED_TOO_OFTEN) : StateBatch.AVAILABLE;
      case Acknowledgement.REJECT -> span.next = givenUp(span, GivenUp.REJECTED);
      default -> span.next = StateBatch.ARCHIVED;
    }
  }

  private byte givenUp(Span span, byte cause) {
    if (!limits.deadLetters()) {
      return StateBatch.ARCHIVED;
    }
    span.cause = cause;
    return StateBatch.ARCHIVING;
  }

  private boolean isSpent(Span span) {
    return span.count >= limits.deliveryLimit();
  }

  // ------------------------------------------------------------------------------------------------ losing

  /**
   * Takes back what members have not acknowledged in time.
   *
   * @param nowMs as for {@link #acquire}
   * @return whether there was something
   */
  public boolean expire(long nowMs) {
    return takeBack(s -> s.deadlineMs <= nowMs);
  }

  /**
   * Takes back what a member has acquired and will not acknowledge.
   *
   * @param member the member
   * @return whether there was something
   */
  public boolean release(String member) {
    return takeBack(s -> member.equals(s.owner));
  }

  /**
   * What a member has acquired did not reach it: it counts as never acquired. What has changed since stays as it is.
   *
   * @param member the member
   * @param acquired what {@link #acquire} gave
   * @return whether there was something
   */
  public boolean undo(String member, List<Acquired> acquired) {
    boolean any = false;
    for (Acquired a : acquired) {
      if (a.last() >= spans.start()) {
        for (Span span : spans.range(Math.max(a.first(), spans.start()), a.last(), false)) {
          if (span.state == Span.State.ACQUIRED && span.next == Span.NOTHING && member.equals(span.owner) && span.count == a.count()) {
            any = true;
            span.end(Span.State.AVAILABLE);
            span.count--;
          }
        }
      }
    }
    forgetUntouched();
    spans.tidy();
    return any;
  }

  private boolean takeBack(Predicate<Span> which) {
    boolean any = false;
    for (Span span : spans.all()) {
      if (span.state == Span.State.ACQUIRED && span.next == Span.NOTHING && which.test(span)) {
        any = true;
        byte state = isSpent(span) ? givenUp(span, GivenUp.DELIVERED_TOO_OFTEN) : StateBatch.AVAILABLE;
        span.end(stateOf(state));
        span.soil(state);
      }
    }
    if (any) {
      spans.tidy();
    }
    return any;
  }

  private static Span.State stateOf(byte written) {
    return written == StateBatch.AVAILABLE ? Span.State.AVAILABLE : written == StateBatch.ARCHIVING ? Span.State.ARCHIVING : Span.State.DONE;
  }

  /**
   * What is to be copied to the dead letter topic: what was given up, and was written as such.
   *
   * @param most how many offsets
   * @return in ascending order
   */
  public List<GivenUp> givenUp(int most) {
    List<GivenUp> result = new ArrayList<>();
    long left = most;
    for (Span span : spans.all()) {
      if (left > 0 && span.state == Span.State.ARCHIVING && span.dirty == Span.NOTHING) {
        long last = Math.min(span.last, span.first + left - 1);
        result.add(new GivenUp(span.first, last, span.count, span.cause));
        left -= last - span.first + 1;
      }
    }
    return result;
  }

  /**
   * It was copied, or cannot be.
   *
   * @param copied what {@link #givenUp} gave
   */
  public void copied(List<GivenUp> copied) {
    for (GivenUp g : copied) {
      if (g.last() >= spans.start()) {
        for (Span span : spans.range(Math.max(g.first(), spans.start()), g.last(), false)) {
          if (span.state == Span.State.ARCHIVING) {
            span.end(Span.State.DONE);
            span.soil(StateBatch.ARCHIVED);
          }
        }
      }
    }
    spans.tidy();
  }

  /** @return when the first acquisition ends; {@link Long#MAX_VALUE} when there is none */
  public long nextDeadlineMs() {
    long first = Long.MAX_VALUE;
    for (Span span : spans.all()) {
      if (span.state == Span.State.ACQUIRED && span.next == Span.NOTHING) {
        first = Math.min(first, span.deadlineMs);
      }
    }
    return first;
  }

  /** @return whether members have acquired something, or something is to be written */
  public boolean isBusy() {
    return writing || spans.all().stream().anyMatch(s -> s.state == Span.State.ACQUIRED || s.state == Span.State.ARCHIVING
        || s.dirty != Span.NOTHING);
  }

  /**
   * The log begins later now: what is before is gone.
   *
   * @param logStartOffset the first offset of the log
   */
  public void onLogStart(long logStartOffset) {
    if (logStartOffset <= spans.start()) {
      return;
    }
    if (writing) {
      // what is being written stays, and none of it is delivered any more
      finish(spans.start(), logStartOffset - 1);
    } else {
      spans.startAt(logStartOffset);
    }
    spans.tidy();
  }

  // ------------------------------------------------------------------------------------------------ handing over

  /**
   * Offsets that a member has acquired, for the part that takes over.
   *
   * @param first offset
   * @param last offset, inclusive
   * @param owner the member
   * @param leftMs for how long it still has them
   * @param count how often they were delivered, this time included
   */
  public record Lock(long first, long last, String owner, long leftMs, short count) { }

  /**
   * @param nowMs as for {@link #acquire}
   * @return what members have acquired and not acknowledged
   */
  public List<Lock> locks(long nowMs) {
    List<Lock> locks = new ArrayList<>();
    for (Span span : spans.all()) {
      if (span.state == Span.State.ACQUIRED && span.deadlineMs > nowMs) {
        locks.add(new Lock(span.first, span.last, span.owner, span.deadlineMs - nowMs, span.count));
      }
    }
    return locks;
  }

  /**
   * Gives members back what they had acquired from the part before, as far as it is available.
   *
   * @param locks of the same leadership
   * @param nowMs as for {@link #acquire}
   */
  public void restore(List<Lock> locks, long nowMs) {
    for (Lock lock : locks) {
      if (lock.last >= spans.start() && lock.leftMs > 0) {
        for (Span span : spans.range(Math.max(lock.first, spans.start()), lock.last, true)) {
          if (span.state == Span.State.AVAILABLE) {
            span.acquire(lock.owner, nowMs + lock.leftMs);
            span.count = lock.count;
          }
        }
      }
    }
    spans.tidy();
  }

  // ------------------------------------------------------------------------------------------------ writing

  /**
   * What is to be written.
   *
   * @param startOffset where the partition starts when it is written
   * @param completeCount how many offsets from there on are done then
   * @param batches what has changed
   */
  public record Write(long startOffset, int completeCount, List<StateBatch> batches) { }

  /** @return whether a write is under way */
  public boolean isWriting() {
    return writing;
  }

  /** @return what is to be written now; null when there is nothing, or a write is under way */
  public Write beginWrite() {
    if (writing) {
      return null;
    }
    List<StateBatch> batches = new ArrayList<>();
    long start = spans.start();
    boolean atStart = true;
    int complete = 0;
    for (Span span : spans.all()) {
      byte state = span.next != Span.NOTHING ? span.next : span.dirty;
      if (state != Span.NOTHING) {
        span.writingNext = span.next != Span.NOTHING;
        span.writingDirty = true;
        // a delivery that has not ended does not count: after a crash it is made again
        boolean again = span.state == Span.State.ACQUIRED && span.next == Span.NOTHING;
        batches.add(new StateBatch(span.first, span.last, state, (short) (again ? span.count - 1 : span.count)));
      }
      boolean done = span.state == Span.State.DONE || state == StateBatch.ACKED || state == StateBatch.ARCHIVED;
      atStart &= done && span.first == start;
      if (atStart) {
        start = span.last + 1;
      } else if (done) {
        complete += (int) span.size();
      }
    }
    if (batches.isEmpty()) {
      return null;
    }
    writing = true;
    return new Write(start, complete, batches);
  }

  /**
   * The write that was under way has ended.
   *
   * @param ok whether it was written; if not, members still have what they acknowledged with it, until their time is over
   * @return whether something can be acquired that could not before
   */
  public boolean endWrite(boolean ok) {
    writing = false;
    boolean released = false;
    for (Span span : spans.all()) {
      if (span.writingNext) {
        released = true;
        if (ok) {
          span.end(stateOf(span.next));
        } else {
          span.cause = GivenUp.UNKNOWN;
        }
        span.next = Span.NOTHING;
        span.writingNext = false;
      }
      if (ok && span.writingDirty) {
        span.dirty = Span.NOTHING;
      }
      span.writingDirty = false;
    }
    spans.tidy();
    return released;
  }
}
