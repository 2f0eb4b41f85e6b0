package io.margay.controller.internal.state;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ConfigResource;
import io.margay.model.BrokerId;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The settings that elections depend on: the topic's own value, then what the cluster's dynamic configuration and the registrations
 * of the brokers say. Where brokers differ the most careful value counts: the smallest {@code min.insync.replicas}, because a replica
 * stays eligible only as long as no leader can have advanced without it.
 */
final class TopicRules {
  private static final String MIN_ISR = "min.insync.replicas";
  private static final String UNCLEAN = ElectionSettings.UNCLEAN_LEADER_ELECTION_ENABLE.name();
  private static final String FLUSH = "margay.flush.policy";
  private static final String ENGINE = "margay.storage.engine";

  private final ClusterState state;
  private final Map<String, Elections.Rules> known = new HashMap<>();
  private final int minIsr;
  private final boolean unclean;
  private final Predicate<BrokerId> active;

  TopicRules(ClusterState state) {
    this.state = state;
    int least = Integer.MAX_VALUE;
    boolean allowed = !state.registrations().isEmpty();
    for (Map.Entry<BrokerId, Registration> broker : state.registrations().entrySet()) {
      Registration.Defaults defaults = broker.getValue().defaults();
      String dynamic = dynamic(broker.getKey(), MIN_ISR);
      least = Math.min(least, dynamic == null ? defaults.minIsr() : Math.min(defaults.minIsr(), number(dynamic)));
      String dynamicUnclean = dynamic(broker.getKey(), UNCLEAN);
      allowed &= dynamicUnclean == null ? defaults.unclean() : Boolean.parseBoolean(dynamicUnclean);
    }
    this.minIsr = least == Integer.MAX_VALUE ? 1 : least;
    this.unclean = allowed;
    this.active = id -> {
      BrokerImage broker = state.brokers().get(id);
      return broker != null && broker.active();
    };
  }

  private String dynamic(BrokerId broker, String name) {
    String own = state.config(ConfigResource.broker(broker.value())).get(name);
    return own == null ? state.config(ConfigResource.ALL_BROKERS).get(name) : own;
  }

  /** The rules for a topic. */
  Elections.Rules of(String topic) {
    return known.computeIfAbsent(topic, this::read);
  }

  private Elections.Rules read(String topic) {
    Map<String, String> own = state.config(ConfigResource.topic(topic));
    return new Elections.Rules(active, own.containsKey(MIN_ISR) ? number(own.get(MIN_ISR)) : minIsr,
        own.containsKey(UNCLEAN) ? Boolean.parseBoolean(own.get(UNCLEAN)) : unclean);
  }

  /**
   * Whether the replicas of a topic outlive an end of their process that lost what was not flushed.
   *
   * @param defaults of the broker that holds them
   */
  boolean flushed(String topic, Registration.Defaults defaults) {
    String own = state.config(ConfigResource.topic(topic)).get(FLUSH);
    return own == null ? defaults.flushOnAck() : own.equals("ack");
  }

  /** The name of the engine that stores a topic. */
  String engine(String topic, Registration.Defaults defaults) {
    return state.config(ConfigResource.topic(topic)).getOrDefault(ENGINE, defaults.engine());
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text.trim());
    } catch (NumberFormatException e) {
      // It was checked before it was stored, so newer software wrote it: 1 is the careful value.
      return 1;
    }
  }
}
