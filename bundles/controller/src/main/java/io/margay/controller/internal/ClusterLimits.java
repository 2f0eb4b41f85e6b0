package io.margay.controller.internal;

import io.margay.controller.internal.state.RefusedException;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.DelegationToken;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.protocol.Errors;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.controller.PartitionLimit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much clients may put into the metadata. What is refused throws a {@link RefusedException} that names the limit and its
 * setting, and is logged once a minute. Safe for all threads.
 *
 * <p>Replicas are reserved while their command is on its way, so that requests at the same time do not exceed the limit together.
 * The sums are counted again when the image has other topics, configs or tokens; several requests share one count.
 */
public final class ClusterLimits {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterLimits.class);
  /** What a setting costs besides its text, and what a resource with settings does. */
  private static final int ENTRY_OVERHEAD_BYTES = 64;

  private final NodeSettings settings;
  private final LineLimit lineLimit = new LineLimit(Clock.SYSTEM);
  private final Map<BrokerId, Integer> reserved = new HashMap<>();
  private Map<String, TopicImage> countedTopics = Map.of();
  private Map<BrokerId, Integer> replicas = Map.of();
  private long partitions;
  private Map<ConfigResource, Map<String, String>> countedConfigs = Map.of();
  private long configBytes;
  private Map<String, DelegationToken> countedTokens = Map.of();
  private long tokenBytes;

  ClusterLimits(NodeSettings settings) {
    this.settings = settings;
  }

  /** Replicas that are on their way into the metadata; closed when they are there, or will never be. */
  public interface Reservation extends AutoCloseable {
    @Override
    void close();
  }

  /** The partitions that one request may create. */
  public int partitionsPerRequest() {
    return settings.get(ControllerSettings.MARGAY_MAX_PARTITIONS_PER_REQUEST);
  }

  /**
   * Refuses requests for too many partitions, before anything is planned.
   *
   * @param count how many the whole request would create
   */
  public void checkRequest(long count) {
    int most = partitionsPerRequest();
    if (count > most) {
      refuse("partitions per request", "Excessively large number of partitions per request: " + count + ", at most " + most
          + " are allowed by margay.max.partitions.per.request.");
    }
  }

  /**
   * Reserves the replicas of new partitions.
   *
   * @param image the cluster now
   * @param added the replicas of each partition
   */
  public synchronized Reservation reserve(ClusterImage image, List<List<BrokerId>> added) {
    count(image);
    Map<BrokerId, Integer> more = new HashMap<>();
    added.forEach(partition -> partition.forEach(id -> more.merge(id, 1, Integer::sum)));
    int most = PartitionLimit.of(settings);
    more.forEach((id, count) -> {
      long total = (long) replicas.getOrDefault(id, 0) + reserved.getOrDefault(id, 0) + count;
      if (total > most) {
        refuse("partitions per broker", "Broker " + id + " would hold " + total + " partitions, at most " + most
            + " are allowed by margay.max.partitions.per.broker.");
      }
    });
    more.forEach((id, count) -> reserved.merge(id, count, Integer::sum));
    return () -> release(more);
  }

  /**
   * Whether new topics have a chance, asked before one is planned.
   *
   * @param replicationFactor replicas of each partition
   */
  public synchronized boolean hasRoom(ClusterImage image, int partitions, int replicationFactor) {
    count(image);
    int most = PartitionLimit.of(settings);
    long room = image.brokers().values().stream().filter(b -> !b.fenced())
        .mapToLong(b -> Math.max(0, most - replicas.getOrDefault(b.id(), 0) - reserved.getOrDefault(b.id(), 0))).sum();
    return room >= (long) partitions * replicationFactor;
  }

  private synchronized void release(Map<BrokerId, Integer> taken) {
    taken.forEach((id, count) -> reserved.merge(id, -count, (a, b) -> a + b == 0 ? null : a + b));
    taken.clear();
  }

  /** How many partitions there are. */
  public synchronized long partitions(ClusterImage image) {
    count(image);
    return partitions;
  }

  private void count(ClusterImage image) {
    if (countedTopics == image.topics()) {
      return;
    }
    countedTopics = image.topics();
    partitions = 0;
    Map<BrokerId, Integer> counts = new HashMap<>();
    for (TopicImage topic : countedTopics.values()) {
      partitions += topic.partitions().size();
      for (PartitionImage partition : topic.partitions()) {
        for (BrokerId id : partition.replicas()) {
          counts.merge(id, 1, Integer::sum);
        }
      }
    }
    replicas = counts;
  }

  /**
   * Checks what a resource would set.
   *
   * @param overrides all that it would set then
   */
  public void checkConfig(ConfigResource resource, Map<String, String> overrides) {
    long bytes = sizeBytes(overrides);
    int most = settings.get(ControllerSettings.MARGAY_MAX_CONFIG_BYTES);
    if (bytes > most) {
      refuse("bytes of one resource's configs", "The configs of " + resource.type() + " would have " + bytes + " bytes, at most "
          + most + " are allowed by margay.max.config.bytes.");
    }
  }

  /**
   * Checks what all resources would set together.
   *
   * @param image the cluster now
   * @param addedBytes by how many bytes the configs would grow; see {@link #sizeBytes}
   */
  public synchronized void checkConfigs(ClusterImage image, long addedBytes) {
    if (countedConfigs != image.configs()) {
      countedConfigs = image.configs();
      configBytes = 0;
      countedConfigs.forEach((resource, overrides) -> configBytes += sizeBytes(resource, overrides));
    }
    int most = settings.get(ControllerSettings.MARGAY_MAX_CONFIGS_BYTES);
    if (addedBytes > 0 && configBytes + addedBytes > most) {
      refuse("bytes of all configs", "The configs of all resources would have " + (configBytes + addedBytes)
          + " bytes, at most " + most + " are allowed by margay.max.configs.bytes.");
    }
  }

  /**
   * Checks how many rules of authorization there would be.
   *
   * @param image the cluster now
   * @param added how many are new
   */
  public void checkAcls(ClusterImage image, int added) {
    int most = settings.get(ControllerSettings.MARGAY_MAX_ACLS);
    if ((long) image.acls().size() + added > most) {
      refuse("ACLs", "There would be " + ((long) image.acls().size() + added) + " ACLs, at most " + most
          + " are allowed by margay.max.acls.");
    }
  }

  /**
   * Checks how many delegation tokens there would be, and how large a new one and all of them are.
   *
   * @param image the cluster now
   */
  public synchronized void checkToken(ClusterImage image, DelegationToken added) {
    int most = settings.get(ControllerSettings.MARGAY_MAX_DELEGATION_TOKENS);
    if (image.tokens().size() >= most) {
      refuse("delegation tokens", "There are " + image.tokens().size() + " delegation tokens, at most " + most
          + " are allowed by margay.max.delegation.tokens.");
    }
    long bytes = sizeBytes(added);
    int mostBytes = settings.get(ControllerSettings.MARGAY_MAX_CONFIG_BYTES);
    if (bytes > mostBytes) {
      refuse("bytes of one delegation token", "The delegation token would have " + bytes + " bytes, at most " + mostBytes
          + " are allowed by margay.max.config.bytes.");
    }
    if (countedTokens != image.tokens()) {
      countedTokens = image.tokens();
      tokenBytes = countedTokens.values().stream().mapToLong(ClusterLimits::sizeBytes).sum();
    }
    int mostOfAll = settings.get(ControllerSettings.MARGAY_MAX_DELEGATION_TOKENS_BYTES);
    if (tokenBytes + bytes > mostOfAll) {
      refuse("bytes of all delegation tokens", "All delegation tokens would have " + (tokenBytes + bytes) + " bytes, at most " + mostOfAll
          + " are allowed by margay.max.delegation.tokens.bytes.");
    }
  }

  private static long sizeBytes(DelegationToken token) {
    long bytes = ENTRY_OVERHEAD_BYTES + token.id().length() + token.owner().length() + token.requester().length();
    for (String renewer : token.renewers()) {
      bytes += ENTRY_OVERHEAD_BYTES + renewer.length();
    }
    return bytes;
  }

  /** What the configs of a resource cost. */
  public static long sizeBytes(ConfigResource resource, Map<String, String> overrides) {
    return overrides.isEmpty() ? 0 : ENTRY_OVERHEAD_BYTES + resource.name().length() + sizeBytes(overrides);
  }

  private static long sizeBytes(Map<String, String> overrides) {
    long bytes = 0;
    for (Map.Entry<String, String> entry : overrides.entrySet()) {
      bytes += ENTRY_OVERHEAD_BYTES + entry.getKey().length() + (entry.getValue() == null ? 0 : entry.getValue().length());
    }
    return bytes;
  }

  private void refuse(String cause, String message) {
    long sinceLast = lineLimit.pass(cause);
    if (sinceLast != LineLimit.HELD) {
      LOG.warn("A request was refused by a limit limit={} sinceLast={} why={}", cause, sinceLast, message);
    }
    throw new RefusedException(Errors.POLICY_VIOLATION, message);
  }
}
