package io.margay.shares.internal.partition;

import io.margay.shares.internal.state.StateBatch;
import java.util.Objects;

/**
 * Consecutive offsets of a share partition in one state. Belongs to one {@link SharePartition}.
 *
 * <pre>
 *   AVAILABLE -- acquired --> ACQUIRED -- accepted, rejected, or delivered too often --> DONE
 *       ^                        | |                                                       ^
 *       +-- released, timed out -+ +-- the same, with a dead letter queue --> ARCHIVING ---+ copied
 * </pre>
 *
 * <p>Invariant: {@code owner} is not null exactly in ACQUIRED. {@code next} is set only in ACQUIRED, while the outcome of an acknowledgement is
 * not written yet; nobody else can acquire or acknowledge the offsets meanwhile.
 */
final class Span {
  enum State { AVAILABLE, ACQUIRED, ARCHIVING, DONE }

  /** No acknowledgement is under way. */
  static final byte NOTHING = -1;

  long first;
  /** Inclusive. */
  long last;
  State state;
  /** How often they were delivered. */
  short count;
  /** The member that has acquired them, or null. */
  String owner;
  long deadlineMs;
  /** What an acknowledgement that is not written yet makes of them: a state of {@link StateBatch}, or {@link #NOTHING}. */
  byte next = NOTHING;
  /** Whether {@code next} is in the write that is under way. */
  boolean writingNext;
  /** Whether {@code dirty} is in the write that is under way, and has not changed since. */
  boolean writingDirty;
  /** What is to be written although nobody waits for it: a state of {@link StateBatch}, or {@link #NOTHING}. */
  byte dirty = NOTHING;

  /** Why it was given up, in ARCHIVING: a cause of {@link GivenUp}. */
  byte cause = GivenUp.UNKNOWN;

  Span(long first, long last, State state, short count) {
    this.first = first;
    this.last = last;
    this.state = state;
    this.count = count;
  }

  long size() {
    return last - first + 1;
  }

  /** Cuts the span in two; returns the part from an offset on. */
  Span cut(long at) {
    Span rest = new Span(at, last, state, count);
    rest.owner = owner;
    rest.deadlineMs = deadlineMs;
    rest.next = next;
    rest.writingNext = writingNext;
    rest.writingDirty = writingDirty;
    rest.dirty = dirty;
    rest.cause = cause;
    last = at - 1;
    return rest;
  }

  /** Whether the next span can be joined to it. */
  boolean joins(Span other) {
    return last + 1 == other.first && state == other.state && (count == other.count || state == State.DONE)
        && Objects.equals(owner, other.owner) && deadlineMs == other.deadlineMs && next == other.next && dirty == other.dirty
        && cause == other.cause && writingNext == other.writingNext && writingDirty == other.writingDirty;
  }

  void acquire(String member, long untilMs) {
    state = State.ACQUIRED;
    owner = member;
    deadlineMs = untilMs;
    count++;
  }

  /** Nobody waits for the state, but it is to be written. */
  void soil(byte newState) {
    dirty = newState;
    writingDirty = false;
  }

  void end(State newState) {
    state = newState;
    owner = null;
    deadlineMs = 0;
    next = NOTHING;
    cause = newState == State.ARCHIVING ? cause : GivenUp.UNKNOWN;
  }
}
