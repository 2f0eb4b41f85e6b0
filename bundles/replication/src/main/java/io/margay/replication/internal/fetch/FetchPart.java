package io.margay.replication.internal.fetch;

import io.margay.protocol.Errors;
import io.margay.replication.internal.DataWaiters;
import io.margay.replication.internal.LocalReplica;
import io.margay.replication.internal.PartitionRole;

/**
 * One partition of a fetch: what the last pass found there, and its position among the replica's waiters.
 *
 * <p>Written by the thread that makes a pass. Threads that append read it while the fetch waits; if they see parts of a pass that
 * has just begun, the worst result is an unnecessary pass.
 *
 * <p>Invariant: the replica never changes; when the partition has a different replica, the fetch is answered.
 */
final class FetchPart extends DataWaiters.Waiter {
  /** Bytes of one part, with its positions in arrays. */
  static final int SIZE_BYTES = 80;

  private final PendingFetch fetch;
  private final FetchItem item;
  private LocalReplica replica;
  private PartitionRole role;
  private boolean suspended;
  private boolean toldLeader;
  private boolean held;
  private Errors error = Errors.NONE;
  private long bound;
  private long appendedBytes;
  private long credited;

  FetchPart(PendingFetch fetch, FetchItem item) {
    this.fetch = fetch;
    this.item = item;
  }

  FetchItem item() {
    return item;
  }

  /** The replica that the last pass found, or null. */
  LocalReplica replica() {
    return replica;
  }

  /** The role that the last pass found, or null when there is none that may be read. */
  PartitionRole role() {
    return role;
  }

  /** Whether the last pass found the log suspended, or being opened. */
  boolean suspended() {
    return suspended;
  }

  /** Records what a pass finds. */
  void found(LocalReplica foundReplica, PartitionRole foundRole) {
    replica = foundReplica;
    role = foundRole;
    suspended = false;
    held = false;
    error = Errors.NONE;
    if (foundRole != null) {
      appendedBytes = foundRole.appendedBytes();
    }
  }

  /** Whether the leader has not yet been told of this fetch of a follower; true once. */
  boolean beginFollowerFetch() {
    boolean first = !toldLeader;
    toldLeader = true;
    return first;
  }

  /** Whether a throttle kept back what the last pass could have read: more to read changes nothing. */
  boolean held() {
    return held;
  }

  void hold() {
    held = true;
  }

  void foundSuspended() {
    suspended = true;
  }

  /** Why the last pass could not read it, or NONE. */
  Errors error() {
    return error;
  }

  void failed(Errors why) {
    error = why;
  }

  /** Records the exclusive end of what the fetch could see. */
  void sawUpTo(long end) {
    bound = end;
  }

  /** Whether the fetch can see more than it did. */
  boolean moved(long end) {
    return end > bound;
  }

  /** Starts counting what is appended after the last pass. */
  void beginCredit() {
    credited = 0;
  }

  /** How many more bytes than at the last call were appended, as far as the fetch accepts them. */
  long moreBytes(PartitionRole current) {
    long total = Math.min(current.appendedBytes() - appendedBytes, Math.max(item.maxBytes(), 0));
    long more = total - credited;
    credited = total;
    return more;
  }

  /** Enters the waiters of its replica. */
  void enter() {
    if (replica != null) {
      waiters().add(this);
    }
  }

  /** Leaves the waiters of its replica. */
  void leave() {
    if (replica != null) {
      waiters().remove(this);
    }
  }

  private DataWaiters waiters() {
    return fetch.isFollower() ? replica.followerWaiters() : replica.dataWaiters();
  }

  @Override
  protected void wake() {
    if (fetch.wake(this)) {
      return;
    }
    enter();
    // changes since it was taken out woke no waiter
    fetch.wake(this);
    if (fetch.isDone()) {
      leave();
    }
  }
}
