package io.margay.controller.internal.session;

import io.margay.controller.internal.state.Command.PartitionRef;
import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds partitions that their preferred replica could lead and does not. Pure. */
final class LeaderBalance {
  /** Partitions moved at a time; the rest follow at the next check. */
  static final int MOST = 1_000;

  private LeaderBalance() { }

  private static final class Share {
    private int preferred;
    private final List<PartitionRef> led = new ArrayList<>();
  }

  /**
   * The partitions whose preferred replicas should lead again.
   *
   * @param percentage of a broker's preferred partitions that others may lead
   * @return at most {@value #MOST}
   */
  static List<PartitionRef> misplaced(ClusterImage image, int percentage) {
    Map<BrokerId, Share> shares = new HashMap<>();
    for (TopicImage topic : image.topics().values()) {
      for (PartitionImage p : topic.partitions()) {
        BrokerId preferred = p.replicas().get(0);
        Share share = shares.computeIfAbsent(preferred, id -> new Share());
        share.preferred++;
        BrokerImage broker = image.brokers().get(preferred);
        if (!p.leader().equals(preferred) && broker != null && broker.active() && p.isr().contains(preferred)) {
          share.led.add(new PartitionRef(topic.id(), p.index()));
        }
      }
    }
    List<PartitionRef> misplaced = new ArrayList<>();
    for (Share share : shares.values()) {
      if (share.led.size() * 100L > (long) percentage * share.preferred) {
        misplaced.addAll(share.led.subList(0, Math.min(share.led.size(), MOST - misplaced.size())));
      }
    }
    return misplaced;
  }
}
