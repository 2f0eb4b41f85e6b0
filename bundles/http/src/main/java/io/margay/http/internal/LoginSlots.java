package io.margay.http.internal;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/** How many logins may be under way, in all and from one address, so that no client holds what others need. Safe for all threads. */
final class LoginSlots {
  private final int most;
  private final int mostOfAddress;
  /** Only those that are more than 0; guarded by this, as the rest is. */
  private final Map<InetAddress, Integer> taken = new HashMap<>();
  private int all;

  LoginSlots(int most, int mostOfAddress) {
    this.most = most;
    this.mostOfAddress = mostOfAddress;
  }

  /** @return whether there was one; {@link #release} gives it back */
  synchronized boolean take(InetAddress client) {
    if (all >= most || taken.getOrDefault(client, 0) >= mostOfAddress) {
      return false;
    }
    taken.merge(client, 1, Integer::sum);
    all++;
    return true;
  }

  synchronized void release(InetAddress client) {
    taken.computeIfPresent(client, (address, n) -> n > 1 ? n - 1 : null);
    all--;
  }
}
