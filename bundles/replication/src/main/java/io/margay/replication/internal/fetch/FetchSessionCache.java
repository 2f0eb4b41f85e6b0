package io.margay.replication.internal.fetch;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * The fetch sessions, bounded in number and in bytes. When there is no room, a new session replaces one that was not used for
 * {@value #EVICTION_MS} ms, or one that has existed for that long and is worth less: a consumer's before a follower's, a small one
 * before a large one. Otherwise the client gets no session. Guarded by its monitor.
 *
 * <p>Invariant: {@code bytes} is the sum of the sessions' {@code cachedBytes}, at most the bound, unless the bound was lowered.
 */
final class FetchSessionCache {
  /** How long a session is safe from being replaced by a more valuable one, in milliseconds. */
  static final long EVICTION_MS = 120_000;

  /**
   * The bounds.
   *
   * @param slots how many sessions
   * @param sizeBytes how many bytes of heap all sessions take
   * @param partitions how many partitions one session has
   */
  record Bounds(int slots, long sizeBytes, int partitions) { }

  private static final Comparator<FetchSession> LEAST_RECENT = Comparator.comparingLong(FetchSession::lastUsedMs)
      .thenComparingInt(FetchSession::id);
  private static final Comparator<FetchSession> LEAST_VALUABLE = Comparator.comparing(FetchSession::privileged)
      .thenComparingInt(FetchSession::cachedSize).thenComparingInt(FetchSession::id);

  private final Supplier<Bounds> bounds;
  private final Map<Integer, FetchSession> sessions = new HashMap<>();
  private final TreeSet<FetchSession> byUse = new TreeSet<>(LEAST_RECENT);
  private final TreeSet<FetchSession> byValue = new TreeSet<>(LEAST_VALUABLE);
  private long bytes;

  /** @param bounds read whenever a session is added or grows */
  FetchSessionCache(Supplier<Bounds> bounds) {
    this.bounds = bounds;
  }

  synchronized FetchSession get(int id) {
    return sessions.get(id);
  }

  synchronized int size() {
    return sessions.size();
  }

  /** Bytes of heap that the sessions take. */
  synchronized long sizeBytes() {
    return bytes;
  }

  /** A new session with these items, which are the session's from then on; null when there is no room for it. */
  synchronized FetchSession create(boolean privileged, boolean topicIds, FetchItems items, long nowMs) {
    Bounds now = bounds.get();
    if (items.size() == 0 || items.size() > now.partitions() || items.sizeBytes() > now.sizeBytes() || now.slots() <= 0) {
      return null;
    }
    while (sessions.size() >= now.slots() || bytes + items.sizeBytes() > now.sizeBytes()) {
      if (!evict(privileged, items.size(), nowMs)) {
        return null;
      }
    }
    int id;
    do {
      id = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
    } while (sessions.containsKey(id));
    FetchSession session = new FetchSession(id, privileged, topicIds, nowMs, items);
    sessions.put(id, session);
    enter(session);
    return session;
  }

  /** Records a use, and what the session holds now. @return false when that is too much: the session is removed then */
  synchronized boolean touch(FetchSession session, int size, long sizeBytes, long nowMs) {
    if (sessions.get(session.id()) != session) {
      return false;
    }
    Bounds now = bounds.get();
    boolean grown = sizeBytes > session.cachedBytes();
    leave(session);
    session.used(nowMs, size, sizeBytes);
    if (grown && (size > now.partitions() || bytes + sizeBytes > now.sizeBytes())) {
      sessions.remove(session.id());
      return false;
    }
    enter(session);
    return true;
  }

  synchronized void remove(int id) {
    FetchSession session = sessions.remove(id);
    if (session != null) {
      leave(session);
    }
  }

  private void enter(FetchSession session) {
    byUse.add(session);
    byValue.add(session);
    bytes += session.cachedBytes();
  }

  private void leave(FetchSession session) {
    byUse.remove(session);
    byValue.remove(session);
    bytes -= session.cachedBytes();
  }

  private boolean evict(boolean privileged, int size, long nowMs) {
    if (sessions.isEmpty()) {
      return false;
    }
    FetchSession stalest = byUse.first();
    if (nowMs - stalest.lastUsedMs() > EVICTION_MS) {
      remove(stalest.id());
      return true;
    }
    for (FetchSession candidate : byValue) {
      boolean worthLess = candidate.privileged() != privileged ? privileged : candidate.cachedSize() < size;
      if (!worthLess) {
        return false;
      }
      if (nowMs - candidate.createdMs() > EVICTION_MS) {
        remove(candidate.id());
        return true;
      }
    }
    return false;
  }
}
