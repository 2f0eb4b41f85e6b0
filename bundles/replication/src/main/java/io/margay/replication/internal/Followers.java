package io.margay.replication.internal;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The followerships of this node, and who fetches for them. Safe for all threads. */
public final class Followers {
  /** Fetches for followers. Calls must be quick; they come from the thread that publishes images. */
  public interface Fetching {
    /** @param follower has begun */
    void follow(PartitionFollower follower);

    /** @param follower has ended */
    void leave(PartitionFollower follower);

    /** The addresses of brokers may have changed. */
    void brokersChanged();
  }

  private final Set<PartitionFollower> all = new LinkedHashSet<>();
  private Fetching fetching;

  synchronized void add(PartitionFollower follower) {
    all.add(follower);
    if (fetching != null) {
      fetching.follow(follower);
    }
  }

  synchronized void remove(PartitionFollower follower) {
    if (all.remove(follower) && fetching != null) {
      fetching.leave(follower);
    }
  }

  synchronized void brokersChanged() {
    if (fetching != null) {
      fetching.brokersChanged();
    }
  }

  /** @param comes fetches from now on for all followers */
  public synchronized void attach(Fetching comes) {
    fetching = comes;
    List.copyOf(all).forEach(comes::follow);
  }

  /** @param leaves is no longer called */
  public synchronized void detach(Fetching leaves) {
    fetching = fetching == leaves ? null : fetching;
  }
}
