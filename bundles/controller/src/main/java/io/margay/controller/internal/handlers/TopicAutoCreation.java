package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerSettings;
import io.margay.metadata.ClusterImage;
import io.margay.model.TopicNames;
import io.margay.protocol.Errors;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.controller.InternalTopicSettings;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates topics because a client asked for their metadata. The answer is that the topic is unknown; the client finds it when it
 * asks again. At most {@value #MAX_PENDING} creations are under way; what is beyond is created when a client asks again. When the
 * brokers have no room for more partitions, the answer says so and nothing is tried.
 */
final class TopicAutoCreation {
  private static final Logger LOG = LoggerFactory.getLogger(TopicAutoCreation.class);
  private static final int MAX_PENDING = 1000;

  private final ControllerRuntime controller;
  private final Set<String> pending = ConcurrentHashMap.newKeySet();

  TopicAutoCreation(ControllerRuntime controller) {
    this.controller = controller;
  }

  /** The creations that one request causes. */
  Round round(ClusterImage image) {
    return new Round(image);
  }

  /** What one request may create: together no more than {@code margay.max.partitions.per.request}. */
  final class Round {
    private final ClusterImage image;
    private final int brokers;
    private int room = controller.planner().limits().partitionsPerRequest();

    private Round(ClusterImage image) {
      this.image = image;
      this.brokers = (int) image.brokers().values().stream().filter(b -> !b.fenced()).count();
    }

    /**
     * Starts to create a topic, unless that is under way.
     *
     * @return the error for the answer
     */
    Errors create(String name) {
      boolean internal = TopicNames.isInternal(name);
      int replicationFactor = replicationFactor(name);
      if (brokers == 0 || replicationFactor > brokers && !internal) {
        return brokers == 0 ? Errors.LEADER_NOT_AVAILABLE : Errors.INVALID_REPLICATION_FACTOR;
      }
      int partitions = partitions(name);
      if (!internal && !controller.planner().limits().hasRoom(image, partitions, replicationFactor)) {
        return Errors.POLICY_VIOLATION;
      }
      if (partitions <= room && pending.size() < MAX_PENDING && pending.add(name)) {
        room -= partitions;
        start(name, partitions, replicationFactor, internal);
      }
      return Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }
  }

  private void start(String name, int partitions, int replicationFactor, boolean internal) {
    controller.createTopic(name, partitions, replicationFactor, configs(name), internal).whenComplete((error, e) -> {
      pending.remove(name);
      if (e != null) {
        LOG.error("A topic could not be created on demand topic={}", name, e);
      } else if (error == Errors.NONE) {
        LOG.info("Created a topic on demand topic={}", name);
      }
    });
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
