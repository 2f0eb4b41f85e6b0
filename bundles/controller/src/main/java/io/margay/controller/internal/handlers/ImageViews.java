package io.margay.controller.internal.handlers;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.protocol.Errors;
import java.util.ArrayList;
import java.util.List;

/** What several answers show of an image, from the point of view of one listener. */
final class ImageViews {
  private ImageViews() { }

  /** Where a broker is reached through a listener, or null. Requests from inside the process name none and get the first. */
  static Endpoint endpoint(BrokerImage broker, String listener) {
    if (listener == null || listener.isEmpty()) {
      return broker.endpoints().isEmpty() ? null : broker.endpoints().get(0);
    }
    return broker.endpoint(listener);
  }

  /** The broker that clients send admin requests to: the controller where it is reachable, else any other; -1 for none. */
  static int controllerId(ClusterImage image, String listener) {
    BrokerImage controller = image.brokers().get(image.controller());
    if (controller != null && !controller.fenced() && endpoint(controller, listener) != null) {
      return controller.id().value();
    }
    for (BrokerImage broker : image.brokers().values()) {
      if (!broker.fenced() && endpoint(broker, listener) != null) {
        return broker.id().value();
      }
    }
    return BrokerId.NONE.value();
  }

  /** What is wrong with a partition's leader for a client of a listener. */
  static Errors leaderError(ClusterImage image, PartitionImage partition, String listener) {
    BrokerImage leader = image.brokers().get(partition.leader());
    if (leader == null || leader.fenced()) {
      return Errors.LEADER_NOT_AVAILABLE;
    }
    return endpoint(leader, listener) == null ? Errors.LISTENER_NOT_FOUND : Errors.NONE;
  }

  static List<Integer> ids(List<BrokerId> brokers) {
    if (brokers.size() == 1) {
      return List.of(brokers.get(0).value());
    }
    List<Integer> ids = new ArrayList<>(brokers.size());
    brokers.forEach(b -> ids.add(b.value()));
    return ids;
  }

  /** The replicas of a partition that are down. */
  static List<Integer> offline(ClusterImage image, PartitionImage partition) {
    List<Integer> offline = List.of();
    for (BrokerId id : partition.replicas()) {
      BrokerImage broker = image.brokers().get(id);
      if (broker == null || broker.fenced()) {
        offline = offline.isEmpty() ? new ArrayList<>() : offline;
        offline.add(id.value());
      }
    }
    return offline;
  }
}
