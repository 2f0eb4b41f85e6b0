package io.margay.simulation;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.model.BrokerId;
import java.util.Optional;

/** The registration of a broker in an image. */
final class BrokerImageEpoch {
  private BrokerImageEpoch() { }

  static Optional<Long> of(ClusterImage image, int id) {
    BrokerImage broker = image.brokers().get(new BrokerId(id));
    return broker == null ? Optional.empty() : Optional.of(broker.epoch());
  }
}
