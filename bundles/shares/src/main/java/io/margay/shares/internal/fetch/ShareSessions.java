package io.margay.shares.internal.fetch;

import io.margay.protocol.Errors;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/** The share sessions of this broker. Bounded in number: when there are too many, those go that nobody has used for a while. Safe for all threads. */
public final class ShareSessions {
  private static final long IDLE_MS = 60_000;

  private final Map<ShareSession.Key, ShareSession> sessions = new ConcurrentHashMap<>();
  private final IntSupplier most;
  private final LongSupplier nowMs;

  /**
   * @param most how many there may be
   * @param nowMs milliseconds, of a clock that never goes back
   */
  public ShareSessions(IntSupplier most, LongSupplier nowMs) {
    this.most = most;
    this.nowMs = nowMs;
  }

  /** Opens a session, in the place of one that the member may have; null when there are too many. */
  ShareSession open(ShareSession.Key key) {
    if (sessions.size() >= most.getAsInt() && !sessions.containsKey(key)) {
      long now = nowMs.getAsLong();
      sessions.values().removeIf(s -> now - s.usedAtMs() > IDLE_MS);
      if (sessions.size() >= most.getAsInt()) {
        return null;
      }
    }
    ShareSession session = new ShareSession(key, ShareSession.INITIAL + 1, nowMs.getAsLong());
    sessions.put(key, session);
    return session;
  }

  /**
   * Finds the session of a request that does not open one.
   *
   * @param epoch of the request
   * @return the session, for whose next request this was
   * @throws ShareException SHARE_SESSION_NOT_FOUND or INVALID_SHARE_SESSION_EPOCH
   */
  ShareSession require(ShareSession.Key key, int epoch) {
    ShareSession session = sessions.get(key);
    if (session == null) {
      throw new ShareException(Errors.SHARE_SESSION_NOT_FOUND);
    }
    if (epoch == ShareSession.FINAL) {
      sessions.remove(key, session);
    } else if (!session.proceed(epoch, nowMs.getAsLong())) {
      throw new ShareException(Errors.INVALID_SHARE_SESSION_EPOCH);
    }
    return session;
  }

  /** Ends a session; false when it is not the one of its member any more. */
  boolean remove(ShareSession session) {
    return sessions.remove(session.key(), session);
  }

  int size() {
    return sessions.size();
  }

  /**
   * A session, for the part that takes over.
   *
   * @param key whose it is
   * @param nextEpoch of its next request
   * @param parts its partitions
   */
  public record Kept(ShareSession.Key key, int nextEpoch, List<SharePart> parts) { }

  /** @return all sessions */
  public List<Kept> handOver() {
    return sessions.values().stream().map(s -> new Kept(s.key(), s.nextEpoch(), s.parts())).toList();
  }

  /** @param before what the version before handed over */
  public void takeOver(List<Kept> before) {
    before.forEach(k -> {
      ShareSession session = new ShareSession(k.key, k.nextEpoch, nowMs.getAsLong());
      session.add(k.parts, Integer.MAX_VALUE);
      sessions.putIfAbsent(k.key, session);
    });
  }
}
