package io.margay.controller.internal.state;

import io.margay.metadata.ConfigResource;
import io.margay.metadata.DelegationToken;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.model.acl.Acl;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.UUID;

/**
 * What is put into the metadata log. A command holds everything that was chosen by chance or from one node's settings: ids,
 * placements, defaults. So every node that applies it gets the same state.
 */
public sealed interface Command {
  /** The metadata.version from which on all nodes understand the commands that there are now. */
  short FIRST_LEVEL = 7;

  /** The metadata.version from which on all nodes understand rules of authorization and client quotas: that of Kafka 4.4. */
  short ACLS_LEVEL = 33;

  /** The metadata.version from which on all nodes understand delegation tokens: that of Kafka 4.4. */
  short TOKENS_LEVEL = 33;

  /** @return the lowest metadata.version of a cluster whose nodes all understand this command; it is not proposed below that */
  default short level() {
    return FIRST_LEVEL;
  }

  /**
   * Gives a new cluster its id and its first feature levels. Applied once; has no effect after that. The result is a Boolean.
   *
   * @param clusterId 22 characters
   * @param features levels by name
   */
  record InitCluster(String clusterId, SortedMap<String, Short> features) implements Command { }

  /**
   * A broker says where it is. The result is its epoch, a Long, or an {@link Outcome} with DUPLICATE_BROKER_REGISTRATION or
   * INCONSISTENT_CLUSTER_ID.
   *
   * @param id its id
   * @param incarnation made at each start of its process
   * @param endpoints where clients reach it
   * @param rack its rack, or null
   * @param leads whether the broker's node led the metadata log when it proposed this. Then no earlier process of it can be alive, and
   *     it is up to date, so it is not fenced
   * @param data what the process found on its disks
   * @param defaults settings of the broker that rules of the cluster depend on
   */
  record RegisterBroker(BrokerId id, UUID incarnation, List<Endpoint> endpoints, String rack, boolean leads, FoundData data,
      Registration.Defaults defaults) implements Command { }

  /**
   * What a process found on its disks when it started.
   *
   * @param clusterId the cluster that it was registered in; empty when it is not known
   * @param epoch epoch of the last registration with these data, -1 when it is not known
   * @param kept names of the storage engines that still have everything that was appended before
   */
  record FoundData(String clusterId, long epoch, List<String> kept) {
    /** Nothing was there. */
    public static final FoundData NONE = new FoundData("", -1, List.of());

    public FoundData {
      kept = List.copyOf(kept);
    }
  }

  /**
   * The controller has lost a broker. The result is an {@link Outcome}.
   *
   * @param id its id
   * @param epoch epoch of its registration; with another one this has no effect
   */
  record FenceBroker(BrokerId id, long epoch) implements Command { }

  /**
   * A broker is reachable and up to date. The result is an {@link Outcome}.
   *
   * @param id its id
   * @param epoch epoch of its registration; with another one this has no effect
   */
  record UnfenceBroker(BrokerId id, long epoch) implements Command { }

  /**
   * A broker is about to stop, and hands its leaderships over. The result is an {@link Outcome}.
   *
   * @param id its id
   * @param epoch epoch of its registration; with another one this has no effect
   */
  record ShutDownBroker(BrokerId id, long epoch) implements Command { }

  /**
   * A broker is gone for good. The result is an {@link Outcome}.
   *
   * @param id its id
   */
  record UnregisterBroker(BrokerId id) implements Command { }

  /**
   * Creates topics. The result is a list of {@link Outcome}, one per topic.
   *
   * @param topics the topics
   */
  record CreateTopics(List<NewTopic> topics) implements Command { }

  /**
   * A topic to create.
   *
   * @param name its name, checked before
   * @param id its id
   * @param internal whether it belongs to the server
   * @param replicas element i holds the replicas of partition i, the preferred leader first
   * @param configs its settings, checked before
   */
  record NewTopic(String name, UUID id, boolean internal, List<List<BrokerId>> replicas, Map<String, String> configs) { }

  /**
   * Deletes topics. The result is a list of {@link Outcome}, one per id.
   *
   * @param ids which
   */
  record DeleteTopics(List<UUID> ids) implements Command { }

  /**
   * Adds partitions to topics. The result is a list of {@link Outcome}, one per topic.
   *
   * @param topics which and how
   */
  record CreatePartitions(List<MorePartitions> topics) implements Command { }

  /**
   * Partitions to add to a topic.
   *
   * @param topicId the topic
   * @param existing how many partitions it had when the replicas were placed; another number refuses the change
   * @param replicas the replicas of each partition that is added
   */
  record MorePartitions(UUID topicId, int existing, List<List<BrokerId>> replicas) { }

  /**
   * Changes settings. The result is a list of {@link Outcome}, one per change.
   *
   * @param changes the changes, at most one per resource
   */
  record AlterConfigs(List<ConfigChange> changes) implements Command {
    /** Since it can also be about users. */
    private static final short USERS_LEVEL = 11;

    @Override
    public short level() {
      return concerns(ConfigResource.Type.CLIENT_QUOTA) ? ACLS_LEVEL : concerns(ConfigResource.Type.USER) ? USERS_LEVEL : FIRST_LEVEL;
    }

    private boolean concerns(ConfigResource.Type type) {
      return changes.stream().anyMatch(c -> c.resource().type() == type);
    }
  }

  /**
   * A change to the settings of one resource.
   *
   * @param resource whose
   * @param replaceAll whether everything that is not set by {@code edits} goes
   * @param edits what to do
   */
  record ConfigChange(ConfigResource resource, boolean replaceAll, List<ConfigEdit> edits) { }

  /**
   * One edit of one setting.
   *
   * @param name the setting
   * @param operation what to do
   * @param value the text; null for DELETE
   * @param whenUnset for APPEND and SUBTRACT, the list that counts when the resource has no value of its own; may be null
   */
  record ConfigEdit(String name, Operation operation, String value, String whenUnset) { }

  /** What an edit does, with Kafka's codes as ordinals. */
  enum Operation {
    /** Gives a value. */
    SET,
    /** Takes the resource's own value away. */
    DELETE,
    /** Adds elements to a list. */
    APPEND,
    /** Takes elements from a list. */
    SUBTRACT
  }

  /**
   * Hands out a block of producer ids. The result is the first one, a Long.
   *
   * @param size how many, {@code > 0}
   */
  record AllocateProducerIds(int size) implements Command { }

  /**
   * Finalises feature levels. The result is a Boolean.
   *
   * @param levels by name; 0 takes a feature away
   */
  record UpdateFeatures(SortedMap<String, Short> levels) implements Command {
    /** Any cluster may be raised. */
    @Override
    public short level() {
      return 0;
    }
  }

  /**
   * Adds rules of authorization; those that are there already stay. The result is an {@link Outcome}.
   *
   * @param acls the rules, checked before
   */
  record CreateAcls(List<Acl> acls) implements Command {
    @Override
    public short level() {
      return ACLS_LEVEL;
    }
  }

  /**
   * Removes rules of authorization. The result is a list of {@link Outcome}, one per rule: RESOURCE_NOT_FOUND where it was gone.
   *
   * @param acls the rules
   */
  record DeleteAcls(List<Acl> acls) implements Command {
    @Override
    public short level() {
      return ACLS_LEVEL;
    }
  }

  /**
   * Adds a delegation token. The result is an {@link Outcome}.
   *
   * @param token the token, with a new id
   */
  record CreateToken(DelegationToken token) implements Command {
    @Override
    public short level() {
      return TOKENS_LEVEL;
    }
  }

  /**
   * Moves the end of a delegation token. The result is an {@link Outcome}: DELEGATION_TOKEN_NOT_FOUND when it was gone.
   *
   * @param id its id
   * @param expiryMs its new end, in milliseconds since 1970
   */
  record ExtendToken(String id, long expiryMs) implements Command {
    @Override
    public short level() {
      return TOKENS_LEVEL;
    }
  }

  /**
   * Removes delegation tokens. The result is an {@link Outcome}.
   *
   * @param ids which; those that are gone count for nothing
   * @param expiredMs those that expire later stay, in milliseconds since 1970
   */
  record RemoveTokens(List<String> ids, long expiredMs) implements Command {
    @Override
    public short level() {
      return TOKENS_LEVEL;
    }
  }

  /**
   * A leader changes ISRs. The result is a list of {@link Outcome}, one per change, as
   * {@link io.margay.spi.controller.Controller#alterIsr} tells.
   *
   * @param broker the broker that leads the partitions
   * @param brokerEpoch epoch of its registration
   * @param changes at most one per partition
   */
  record AlterIsr(BrokerId broker, long brokerEpoch, List<NewIsr> changes) implements Command { }

  /**
   * A new ISR.
   *
   * @param topicId the topic
   * @param partition the partition
   * @param leaderEpoch in which the broker leads it
   * @param partitionEpoch epoch of the partition that the change is based on
   * @param isr the members, each with the epoch of its registration that the leader knows
   * @param newEpoch whether the partition gets a new leader epoch, also if its leader stays
   */
  record NewIsr(UUID topicId, int partition, int leaderEpoch, int partitionEpoch, SortedMap<BrokerId, Long> isr, boolean newEpoch) { }

  /**
   * A partition.
   *
   * @param topicId its topic
   * @param partition its index
   */
  record PartitionRef(UUID topicId, int partition) { }

  /**
   * Elects leaders. The result is a list of {@link Outcome}, one per partition: ELECTION_NOT_NEEDED where the leader is as wanted,
   * PREFERRED_LEADER_NOT_AVAILABLE or ELIGIBLE_LEADERS_NOT_AVAILABLE where nobody can be elected.
   *
   * @param unclean whether partitions without a leader get any replica that is there, although it may lack committed records; else the
   *     preferred replicas shall lead
   * @param partitions which
   */
  record ElectLeaders(boolean unclean, List<PartitionRef> partitions) implements Command { }

  /**
   * Gives partitions other replicas. The result is a list of {@link Outcome}, one per partition.
   *
   * @param partitions which and how
   */
  record Reassign(List<Reassignment> partitions) implements Command { }

  /**
   * New replicas for a partition.
   *
   * @param partition which
   * @param replicas the wanted replicas, the preferred leader first; empty to cancel the reassignment in progress
   */
  record Reassignment(PartitionRef partition, List<BrokerId> replicas) { }
}
