package io.margay.replication.internal.fetch;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntSupplier;

/**
 * The fetch sessions, bounded in number. When it is full, a new session takes the place of one that was not used for
 * {@value #EVICTION_MS} ms, or of one that has been there as long and is worth less: a consumer's before a follower's, a small
 * one before a large one. Else the client goes without a session. Guarded by its monitor.
 */
final class FetchSessionCache {
  /** How long a session is safe from being replaced by a more valuable one, in milliseconds. */
  static final long EVICTION_MS = 120_000;

  private static final Comparator<FetchSession> LEAST_RECENT = Comparator.comparingLong(FetchSession::lastUsedMs)
      .thenComparingInt(FetchSession::id);
  private static final Comparator<FetchSession> LEAST_VALUABLE = Comparator.comparing(FetchSession::privileged)
      .thenComparingInt(FetchSession::cachedSize).thenComparingInt(FetchSession::id);

  private final IntSupplier slots;
  private final Map<Integer, FetchSession> sessions = new HashMap<>();
  private final TreeSet<FetchSession> byUse = new TreeSet<>(LEAST_RECENT);
  private final TreeSet<FetchSession> byValue = new TreeSet<>(LEAST_VALUABLE);

  /** @param slots how many sessions there may be; asked whenever one is to be added */
  FetchSessionCache(IntSupplier slots) {
    this.slots = slots;
  }

  synchronized FetchSession get(int id) {
    return sessions.get(id);
  }

  synchronized int size() {
    return sessions.size();
  }

  /** A new session with these items, or null when there is no room for it. */
  synchronized FetchSession create(boolean privileged, boolean topicIds, FetchItem[] items, long nowMs) {
    if (items.length == 0 || sessions.size() >= slots.getAsInt() && !evict(privileged, items.length, nowMs)) {
      return null;
    }
    int id;
    do {
      id = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
    } while (sessions.containsKey(id));
    FetchSession session = new FetchSession(id, privileged, topicIds, nowMs, items);
    sessions.put(id, session);
    byUse.add(session);
    byValue.add(session);
    return session;
  }

  /** Notes a use, with the number of items that the session has now. */
  synchronized void touch(FetchSession session, int size, long nowMs) {
    if (sessions.get(session.id()) == session) {
      byUse.remove(session);
      byValue.remove(session);
      session.used(nowMs, size);
      byUse.add(session);
      byValue.add(session);
    }
  }

  synchronized void remove(int id) {
    FetchSession session = sessions.remove(id);
    if (session != null) {
      byUse.remove(session);
      byValue.remove(session);
    }
  }

  private boolean evict(boolean privileged, int size, long nowMs) {
    if (sessions.isEmpty() || slots.getAsInt() <= 0) {
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
