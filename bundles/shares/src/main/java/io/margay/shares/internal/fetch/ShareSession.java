package io.margay.shares.internal.fetch;

import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What the server knows of a member between its requests: which partitions it consumes here, and the epoch of its next request. Safe for all
 * threads.
 */
public final class ShareSession {
  /** The epoch of a request that opens a session. */
  static final int INITIAL = 0;
  /** The epoch of a request that closes it. */
  static final int FINAL = -1;

  private final Key key;
  private final Set<SharePart> parts = new LinkedHashSet<>();
  private int nextEpoch;
  private long usedAtMs;
  private int rotation;
  private boolean bound;

  /**
   * Whose session it is.
   *
   * @param groupId the group
   * @param memberId the member
   */
  public record Key(String groupId, String memberId) { }

  ShareSession(Key key, int nextEpoch, long nowMs) {
    this.key = key;
    this.nextEpoch = nextEpoch;
    this.usedAtMs = nowMs;
  }

  Key key() {
    return key;
  }

  synchronized long usedAtMs() {
    return usedAtMs;
  }

  synchronized int nextEpoch() {
    return nextEpoch;
  }

  /** A request of the session has come; false when its epoch is not the next one. */
  synchronized boolean proceed(int epoch, long nowMs) {
    if (epoch != nextEpoch) {
      return false;
    }
    nextEpoch = epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
    usedAtMs = nowMs;
    return true;
  }

  /**
   * Ends the session when the connection of a request closes; only the first request of the session counts that this version sees.
   *
   * @param gone what is to be done then
   */
  void bind(Request request, Runnable gone) {
    synchronized (this) {
      if (bound) {
        return;
      }
      bound = true;
    }
    request.onDisconnect(connectionKey(), gone);
  }

  /** The session has ended. */
  void unbind(Request request) {
    request.onDisconnect(connectionKey(), null);
  }

  private String connectionKey() {
    return "share/" + key.groupId + '/' + key.memberId;
  }

  /** Adds partitions; false, and nothing is added, when there are more than a number then. */
  synchronized boolean add(Collection<SharePart> more, int most) {
    long added = more.stream().filter(part -> !parts.contains(part)).count();
    return parts.size() + added <= most && (added == 0 || parts.addAll(more));
  }

  synchronized void remove(Collection<SharePart> gone) {
    parts.removeAll(gone);
  }

  /** All partitions, as they were added. */
  synchronized List<SharePart> parts() {
    return new ArrayList<>(parts);
  }

  /** All partitions, in turn with another one first, so that no partition is always served last. */
  synchronized List<SharePart> rotated() {
    List<SharePart> all = new ArrayList<>(parts);
    if (all.size() > 1) {
      Collections.rotate(all, -(rotation++ % all.size()));
      rotation = rotation == Integer.MAX_VALUE ? 0 : rotation;
    }
    return all;
  }
}
