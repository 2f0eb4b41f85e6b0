package io.margay.quotas.internal;

import io.margay.model.LineLimit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was used, by entity. Client ids and addresses come from clients, so it is bounded in bytes:
 *
 * <ul>
 * <li>A user has at most a quarter of them. When that is full of client ids that are in use, the user's other ones are counted together, so
 * that invented ones neither push out what others have used nor get more than that.
 * <li>All addresses have a quarter together. When that is full, an old one is forgotten: counted together, addresses of one attacker would
 * close the connections of all others.
 * <li>When all is full, which takes several users, an old entry of anybody is forgotten.
 * </ul>
 *
 * Entries with nothing to remember go first. Asked when something is used for the first time, not for each request. Safe for all threads.
 */
final class UsageTable {
  private static final Logger LOG = LoggerFactory.getLogger(UsageTable.class);
  /** How many are looked at for one that has nothing to remember. */
  private static final int LOOKS = 16;
  private static final int SHARES = 4;

  /** The entries that a user was the first to need, or those of all addresses. */
  private static final class Owner {
    private final Map<UsageKey, Usage> usages = new LinkedHashMap<>();
    private long bytes;
  }

  private final LongSupplier maxBytes;
  private final LineLimit lines;
  /** The eldest first, roughly; guarded by this, as all below. */
  private final Map<UsageKey, Usage> usages = new LinkedHashMap<>();
  /** Invariant: together they have the same entries. By user, and null for addresses. */
  private final Map<String, Owner> owners = new HashMap<>();
  private Windows windows;
  /** Invariant: the sum of all entries. */
  private long bytes;

  /**
   * @param maxBytes how many bytes they may take together
   * @param lines limits log lines that clients can cause
   */
  UsageTable(Windows windows, LongSupplier maxBytes, LineLimit lines) {
    this.windows = windows;
    this.maxBytes = maxBytes;
    this.lines = lines;
  }

  synchronized Windows windows() {
    return windows;
  }

  /**
   * What a client has used.
   *
   * @param user who asks, also where all users share it
   * @return what was counted under the key; or what the user's client ids have used that have no room, see {@link UsageKey#isOthers}
   */
  synchronized Usage get(UsageKey key, String user, long nowNanos) {
    Usage known = usages.get(key);
    if (known != null) {
      return known;
    }
    Usage made = new Usage(key, user, windows, nowNanos);
    while (!hasRoom(made)) {
      Usage idle = idle(owner(user).usages, nowNanos);
      if (idle == null) {
        return others(key.others(user), user, nowNanos);
      }
      drop(idle);
    }
    return add(made, nowNanos);
  }

  private Usage others(UsageKey key, String user, long nowNanos) {
    long held = lines.pass("client ids");
    if (held != LineLimit.HELD) {
      LOG.warn("A user has so many client ids that the quotas of the next ones are counted together; see margay.quota.memory.bytes user={}"
          + " sinceLast={}", user, held);
    }
    Usage known = usages.get(key);
    return known != null ? known : add(new Usage(key, user, windows, nowNanos), nowNanos);
  }

  /** What an address has used. */
  synchronized Usage ofAddress(UsageKey key, long nowNanos) {
    Usage known = usages.get(key);
    if (known != null) {
      return known;
    }
    Usage made = new Usage(key, null, windows, nowNanos);
    while (!hasRoom(made)) {
      drop(idleOrEldest(owner(null).usages, nowNanos));
    }
    return add(made, nowNanos);
  }

  private boolean hasRoom(Usage made) {
    return owner(made.owner()).bytes + made.sizeBytes() <= maxBytes.getAsLong() / SHARES;
  }

  /** One without entries is not kept. */
  private Owner owner(String name) {
    Owner known = owners.get(name);
    return known != null ? known : new Owner();
  }

  private Usage add(Usage made, long nowNanos) {
    while (bytes + made.sizeBytes() > maxBytes.getAsLong() && !usages.isEmpty()) {
      drop(idleOrEldest(usages, nowNanos));
    }
    Owner owner = owners.computeIfAbsent(made.owner(), name -> new Owner());
    owner.usages.put(made.key(), made);
    owner.bytes += made.sizeBytes();
    usages.put(made.key(), made);
    bytes += made.sizeBytes();
    return made;
  }

  private void drop(Usage usage) {
    usage.drop();
    usages.remove(usage.key());
    bytes -= usage.sizeBytes();
    Owner owner = owners.get(usage.owner());
    owner.usages.remove(usage.key());
    owner.bytes -= usage.sizeBytes();
    if (owner.usages.isEmpty()) {
      owners.remove(usage.owner());
    }
  }

  private static Usage idleOrEldest(Map<UsageKey, Usage> from, long nowNanos) {
    Usage idle = idle(from, nowNanos);
    return idle != null ? idle : from.values().iterator().next();
  }

  /** One of the eldest that has nothing to remember, or null. Those that were looked at and have are the youngest then. */
  private static Usage idle(Map<UsageKey, Usage> from, long nowNanos) {
    for (int i = Math.min(LOOKS, from.size()); i > 0; i--) {
      Usage eldest = from.values().iterator().next();
      if (eldest.idle(nowNanos)) {
        return eldest;
      }
      from.remove(eldest.key());
      from.put(eldest.key(), eldest);
    }
    return null;
  }

  /** Begins again, with other windows. */
  synchronized void restart(Windows next) {
    windows = next;
    usages.values().forEach(Usage::drop);
    usages.clear();
    owners.clear();
    bytes = 0;
  }

  synchronized List<Usage> all() {
    return List.copyOf(usages.values());
  }

  synchronized long sizeBytes() {
    return bytes;
  }
}
