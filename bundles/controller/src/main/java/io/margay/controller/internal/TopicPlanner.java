package io.margay.controller.internal;

import io.margay.controller.internal.state.Command.MorePartitions;
import io.margay.controller.internal.state.Command.NewTopic;
import io.margay.controller.internal.state.RefusedException;
import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.TopicNames;
import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.partitioner.Partitioner;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Turns what a client asks for into commands: defaults are resolved, settings checked, replicas placed, ids drawn. What is
 * refused throws {@link RefusedException}. Reads the image it is given, and changes nothing.
 */
public final class TopicPlanner {
  private final NodeSettings settings;
  private final ConfigRules rules;
  private final ClusterLimits limits;

  TopicPlanner(NodeSettings settings, NamedServices<Partitioner> partitioners) {
    this.settings = settings;
    this.limits = new ClusterLimits(settings);
    this.rules = new ConfigRules(settings, partitioners, limits);
  }

  /** How much may be created. */
  public ClusterLimits limits() {
    return limits;
  }

  /** The rules for settings. */
  public ConfigRules rules() {
    return rules;
  }

  /**
   * Plans a new topic.
   *
   * @param placer chooses the brokers; may be null when they are chosen by hand
   * @param image the cluster
   * @param name its name
   * @param partitions how many, -1 for the default
   * @param replicationFactor how many replicas of each, -1 for the default
   * @param assignments the replicas by partition, chosen by hand; empty to have them placed
   * @param configs its settings; a null value is refused
   * @param internal whether it belongs to the server
   * @return the topic, to be put in a command
   * @throws RefusedException why it is not allowed
   */
  public NewTopic plan(Placements.Placer placer, ClusterImage image, String name, int partitions, int replicationFactor,
      Map<Integer, List<BrokerId>> assignments, Map<String, String> configs, boolean internal) {
    checkName(image, name);
    rules.checkTopic(name, configs);
    UUID id = KafkaUuid.random();
    List<List<BrokerId>> replicas;
    if (assignments.isEmpty()) {
      int count = partitions(partitions);
      if (count < 1) {
        throw new RefusedException(Errors.INVALID_PARTITIONS,
            "Number of partitions was set to an invalid non-positive value.");
      }
      limits.checkRequest(count);
      int factor = replicationFactor == -1 ? settings.get(ControllerSettings.DEFAULT_REPLICATION_FACTOR) : replicationFactor;
      replicas = placer.place(image, 0, count, factor, start(id));
    } else {
      if (partitions != -1 || replicationFactor != -1) {
        throw new RefusedException(Errors.INVALID_REQUEST, "A manual partition assignment was specified, but "
            + (partitions != -1 ? "numPartitions" : "replication factor") + " was not set to -1.");
      }
      replicas = manual(image, assignments);
    }
    return new NewTopic(name, id, internal, replicas, configs);
  }

  /**
   * The replication factor of a topic that belongs to the server: it is made on any cluster, with as many replicas as there are
   * brokers when those are fewer than wanted.
   *
   * @param replicationFactor what is wanted, -1 for the default
   * @return at least 1
   */
  public int atMostBrokers(ClusterImage image, int replicationFactor) {
    int wanted = replicationFactor == -1 ? settings.get(ControllerSettings.DEFAULT_REPLICATION_FACTOR) : replicationFactor;
    long brokers = image.brokers().values().stream().filter(BrokerImage::active).count();
    return (int) Math.max(1, Math.min(wanted, brokers));
  }

  private static int start(UUID id) {
    return (int) (id.getLeastSignificantBits() & 0xffff);
  }

  private static void checkName(ClusterImage image, String name) {
    String problem = TopicNames.problem(name);
    if (problem != null) {
      throw new RefusedException(Errors.INVALID_TOPIC_EXCEPTION, "Topic name is invalid: " + problem);
    }
    if (TopicNames.isReserved(name)) {
      throw new RefusedException(Errors.INVALID_REQUEST, "Creation of internal topic " + name + " is prohibited.");
    }
    if (image.topic(name) != null) {
      throw new RefusedException(Errors.TOPIC_ALREADY_EXISTS, "Topic '" + name + "' already exists.");
    }
  }

  /** How many partitions a new topic gets: those that were asked for, or the default where that is -1. */
  public int partitions(int asked) {
    return asked == -1 ? settings.get(ControllerSettings.NUM_PARTITIONS) : asked;
  }

  private List<List<BrokerId>> manual(ClusterImage image, Map<Integer, List<BrokerId>> assignments) {
    limits.checkRequest(assignments.size());
    List<List<BrokerId>> replicas = new ArrayList<>(assignments.size());
    for (int i = 0; i < assignments.size(); i++) {
      List<BrokerId> brokers = assignments.get(i);
      if (brokers == null) {
        throw new RefusedException(Errors.INVALID_REPLICA_ASSIGNMENT,
            "partitions should be a consecutive 0-based integer sequence");
      }
      checkAssignment(image, brokers, replicas.isEmpty() ? -1 : replicas.get(0).size());
      replicas.add(brokers);
    }
    return replicas;
  }

  /** Checks one partition's replicas. {@code factor} is how many there must be, -1 for any number. */
  private static void checkAssignment(ClusterImage image, List<BrokerId> brokers, int factor) {
    if (brokers.isEmpty()) {
      throw new RefusedException(Errors.INVALID_REPLICA_ASSIGNMENT,
          "The manual partition assignment includes an empty replica list.");
    }
    if (new HashSet<>(brokers).size() != brokers.size()) {
      throw new RefusedException(Errors.INVALID_REPLICA_ASSIGNMENT,
          "The manual partition assignment includes the same broker more than once: " + Texts.shown(brokers) + ".");
    }
    if (factor != -1 && brokers.size() != factor) {
      throw new RefusedException(Errors.INVALID_REPLICA_ASSIGNMENT, "The manual partition assignment includes a partition with "
          + brokers.size() + " replica(s), but this is not consistent with previous partitions, which have " + factor
          + " replica(s).");
    }
    for (BrokerId id : brokers) {
      if (!image.brokers().containsKey(id)) {
        throw new RefusedException(Errors.INVALID_REPLICA_ASSIGNMENT,
            "The manual partition assignment includes broker " + id + ", but no such broker is registered.");
      }
    }
  }

  /**
   * Checks that a new name differs from all others in more than dots and underscores. The state machine does so with an index;
   * this is for requests that only ask whether they would succeed.
   *
   * @throws RefusedException when it does not
   */
  public static void checkCollision(ClusterImage image, String name) {
    if (name.indexOf('.') < 0 && name.indexOf('_') < 0) {
      return;
    }
    for (String other : image.topics().keySet()) {
      if (TopicNames.collide(name, other)) {
        throw new RefusedException(Errors.INVALID_TOPIC_EXCEPTION, "Topic '" + name + "' collides with existing topic: " + other);
      }
    }
  }

  /**
   * Plans more partitions.
   *
   * @param placer chooses the brokers; may be null when they are chosen by hand
   * @param image the cluster
   * @param topic the topic; null when it is not there
   * @param total how many partitions it shall have
   * @param assignments the replicas of the new ones, chosen by hand; null to have them placed
   * @return what to put in a command
   * @throws RefusedException why it is not allowed
   */
  public MorePartitions planMore(Placements.Placer placer, ClusterImage image, TopicImage topic, int total,
      List<List<BrokerId>> assignments) {
    if (topic == null) {
      throw new RefusedException(Errors.UNKNOWN_TOPIC_OR_PARTITION, Errors.UNKNOWN_TOPIC_OR_PARTITION.message());
    }
    int existing = topic.partitions().size();
    if (total == existing) {
      throw new RefusedException(Errors.INVALID_PARTITIONS, "Topic already has " + existing + " partition(s).");
    }
    if (total < existing) {
      throw new RefusedException(Errors.INVALID_PARTITIONS, "The topic " + topic.name() + " currently has " + existing
          + " partition(s); " + total + " would not be an increase.");
    }
    limits.checkRequest((long) total - existing);
    int factor = topic.partitions().get(0).replicas().size();
    if (assignments == null) {
      return new MorePartitions(topic.id(), existing, placer.place(image, existing, total, factor, start(topic.id())));
    }
    if (assignments.size() != total - existing) {
      throw new RefusedException(Errors.INVALID_REPLICA_ASSIGNMENT, "Attempted to add " + (total - existing)
          + " additional partition(s), but only " + assignments.size() + " assignment(s) were specified.");
    }
    assignments.forEach(brokers -> checkAssignment(image, brokers, factor));
    return new MorePartitions(topic.id(), existing, assignments);
  }
}
