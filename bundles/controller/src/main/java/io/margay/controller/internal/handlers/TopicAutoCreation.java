package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerSettings;
import io.margay.controller.internal.state.TopicNames;
import io.margay.metadata.ClusterImage;
import io.margay.protocol.Errors;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.controller.InternalTopicSettings;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates topics because somebody asked for their metadata. The asker is told that the topic is unknown, and finds it when it
 * asks again. At most {@value #MAX_PENDING} creations are under way; what is beyond is created when it is asked for again.
 */
final class TopicAutoCreation {
  private static final Logger LOG = LoggerFactory.getLogger(TopicAutoCreation.class);
  private static final int MAX_PENDING = 1000;

  private final ControllerRuntime controller;
  private final Set<String> pending = ConcurrentHashMap.newKeySet();

  TopicAutoCreation(ControllerRuntime controller) {
    this.controller = controller;
  }

  /**
   * Starts to create a topic, unless that is under way.
   *
   * @return what the asker is told
   */
  Errors create(ClusterImage image, String name) {
    int brokers = (int) image.brokers().values().stream().filter(b -> !b.fenced()).count();
    int replicationFactor = replicationFactor(name);
    if (brokers == 0 || replicationFactor > brokers && !TopicNames.isInternal(name)) {
      return brokers == 0 ? Errors.LEADER_NOT_AVAILABLE : Errors.INVALID_REPLICATION_FACTOR;
    }
    if (pending.size() < MAX_PENDING && pending.add(name)) {
      controller.createTopic(name, partitions(name), replicationFactor, configs(name), TopicNames.isInternal(name))
          .whenComplete((error, e) -> {
            pending.remove(name);
            if (e != null) {
              LOG.error("A topic could not be created on demand topic={}", name, e);
            } else if (error != Errors.TOPIC_ALREADY_EXISTS) {
              LOG.info("Created a topic on demand topic={} errorCode={}", name, error);
            }
          });
    }
    return Errors.UNKNOWN_TOPIC_OR_PARTITION;
  }

  private int partitions(String name) {
    NodeSettings settings = controller.settings();
    return switch (name) {
      case "__consumer_offsets" -> settings.get(InternalTopicSettings.OFFSETS_TOPIC_NUM_PARTITIONS);
      case "__transaction_state" -> settings.get(InternalTopicSettings.TRANSACTION_STATE_LOG_NUM_PARTITIONS);
      default -> settings.get(ControllerSettings.NUM_PARTITIONS);
    };
  }

  private int replicationFactor(String name) {
    NodeSettings settings = controller.settings();
    return switch (name) {
      case "__consumer_offsets" -> settings.get(InternalTopicSettings.OFFSETS_TOPIC_REPLICATION_FACTOR);
      case "__transaction_state" -> settings.get(InternalTopicSettings.TRANSACTION_STATE_LOG_REPLICATION_FACTOR);
      default -> settings.get(ControllerSettings.DEFAULT_REPLICATION_FACTOR);
    };
  }

  private static Map<String, String> configs(String name) {
    return TopicNames.isInternal(name) ? Map.of("cleanup.policy", "compact", "compression.type", "producer") : Map.of();
  }
}
