package io.margay.controller.internal.session;

import io.margay.controller.internal.state.Command;
import io.margay.controller.internal.state.Command.ElectLeaders;
import io.margay.controller.internal.state.Command.PartitionRef;
import io.margay.metadata.ClusterImage;
import io.margay.model.Scheduler;
import io.margay.spi.config.SettingValues;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets preferred replicas lead again, at intervals, while this node leads a cluster of several brokers. One check looks at each partition
 * once, on the timer's thread. Safe for all threads.
 */
public final class LeaderBalancer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderBalancer.class);

  private final SettingValues settings;
  private final Scheduler scheduler;
  private final Function<Command, CompletionStage<Object>> propose;
  private ClusterImage image = ClusterImage.EMPTY;
  private boolean leading;
  private Scheduler.Timer timer;

  /** @param propose proposes a command to the metadata log; does not throw */
  public LeaderBalancer(SettingValues settings, Scheduler scheduler, Function<Command, CompletionStage<Object>> propose) {
    this.settings = settings;
    this.scheduler = scheduler;
    this.propose = propose;
  }

  /** Says who leads the metadata log. */
  public synchronized void onLeader(boolean self) {
    leading = self;
    adjust();
  }

  /** There is a new image. */
  public synchronized void onImage(ClusterImage newest) {
    image = newest;
    adjust();
  }

  private void adjust() {
    boolean wanted = leading && image.brokers().size() > 1;
    if (wanted && timer == null) {
      timer = scheduler.after(settings.get(SessionSettings.LEADER_IMBALANCE_CHECK_INTERVAL_SECONDS) * 1_000, this::check);
    } else if (!wanted && timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  private void check() {
    ClusterImage now;
    synchronized (this) {
      timer = null;
      adjust();
      now = image;
      if (!leading || !settings.get(SessionSettings.AUTO_LEADER_REBALANCE_ENABLE)) {
        return;
      }
    }
    List<PartitionRef> misplaced = LeaderBalance.misplaced(now, settings.get(SessionSettings.LEADER_IMBALANCE_PER_BROKER_PERCENTAGE));
    if (!misplaced.isEmpty()) {
      LOG.info("Leadership returns to preferred replicas partitions={}", misplaced.size());
      propose.apply(new ElectLeaders(false, misplaced)).whenComplete((outcomes, e) -> {
        if (e != null) {
          LOG.warn("Leadership could not return to preferred replicas; the next check tries again", e);
        }
      });
    }
  }

  @Override
  public synchronized void close() {
    onLeader(false);
  }
}
