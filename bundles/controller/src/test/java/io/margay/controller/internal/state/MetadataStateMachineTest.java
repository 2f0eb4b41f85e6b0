package io.margay.controller.internal.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.controller.internal.state.Command.AllocateProducerIds;
import io.margay.controller.internal.state.Command.AlterConfigs;
import io.margay.controller.internal.state.Command.ConfigChange;
import io.margay.controller.internal.state.Command.ConfigEdit;
import io.margay.controller.internal.state.Command.CreateAcls;
import io.margay.controller.internal.state.Command.CreatePartitions;
import io.margay.controller.internal.state.Command.CreateToken;
import io.margay.controller.internal.state.Command.CreateTopics;
import io.margay.controller.internal.state.Command.DeleteAcls;
import io.margay.controller.internal.state.Command.DeleteTopics;
import io.margay.controller.internal.state.Command.ExtendToken;
import io.margay.controller.internal.state.Command.InitCluster;
import io.margay.controller.internal.state.Command.MorePartitions;
import io.margay.controller.internal.state.Command.NewTopic;
import io.margay.controller.internal.state.Command.Operation;
import io.margay.controller.internal.state.Command.RegisterBroker;
import io.margay.controller.internal.state.Command.RemoveTokens;
import io.margay.controller.internal.state.Command.UnregisterBroker;
import io.margay.controller.internal.state.Command.UpdateFeatures;
import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.DelegationToken;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.model.TopicPartition;
import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.AclPermission;
import io.margay.model.acl.PatternType;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.spi.consensus.StateMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataStateMachineTest {
  private static final BrokerId ONE = new BrokerId(1);
  private final MetadataStateMachine machine = new MetadataStateMachine(() -> { });
  private long next;

  @SuppressWarnings("unchecked")
  private <T> T apply(Command command) {
    MetadataStateMachine.Applied applied = MetadataStateMachine.result(machine.apply(next, 0, CommandCodec.encode(command)));
    assertThat(applied.index()).isEqualTo(next++);
    return (T) applied.result();
  }

  private ClusterImage image() {
    return take().image();
  }

  private MetadataStateMachine.Publication take() {
    return machine.takePublication();
  }

  private static RegisterBroker broker(int id, long incarnation) {
    return new RegisterBroker(new BrokerId(id), new UUID(1, incarnation),
        List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "h", 1)), "r", true, Command.FoundData.NONE,
        Registration.Defaults.UNKNOWN);
  }

  private static NewTopic topic(String name, int partitions, int... replicas) {
    List<BrokerId> ids = new ArrayList<>();
    for (int id : replicas) {
      ids.add(new BrokerId(id));
    }
    return new NewTopic(name, UUID.nameUUIDFromBytes(name.getBytes()), false, java.util.Collections.nCopies(partitions, ids),
        Map.of());
  }

  private Errors create(NewTopic topic) {
    return this.<List<Outcome>>apply(new CreateTopics(List.of(topic))).get(0).error();
  }

  @Test
  void epochsGrowWithRegistrations() {
    Long first = apply(broker(1, 1));
    Long same = apply(broker(1, 1));
    Long restarted = apply(broker(1, 2));
    assertThat(same).isEqualTo(first);
    assertThat(restarted).isGreaterThan(first);
    assertThat(image().brokers().get(ONE).epoch()).isEqualTo(restarted);
  }

  @Test
  void newProcessIsANewLeaderAndTheSameIsNot() {
    apply(broker(1, 1));
    create(topic("a", 2, 1));
    apply(broker(1, 1));
    assertThat(image().partition(new TopicPartition("a", 1)).leaderEpoch().value()).isZero();
    apply(broker(1, 2));
    MetadataStateMachine.Publication publication = take();
    PartitionImage partition = publication.image().partition(new TopicPartition("a", 1));
    assertThat(partition.leaderEpoch().value()).isEqualTo(1);
    assertThat(partition.partitionEpoch()).isEqualTo(1);
    assertThat(publication.delta().changedTopics()).extracting(TopicImage::name).containsExactly("a");
    assertThat(publication.delta().brokersChanged()).isTrue();
  }

  @Test
  void topicIsRefusedAsAWhole() {
    apply(broker(1, 1));
    assertThat(create(topic("a", 1, 2))).isEqualTo(Errors.INVALID_REPLICA_ASSIGNMENT);
    assertThat(create(topic("x y", 1, 1))).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
    assertThat(create(topic("a.b", 1, 1))).isEqualTo(Errors.NONE);
    assertThat(create(topic("a.b", 1, 1))).isEqualTo(Errors.TOPIC_ALREADY_EXISTS);
    assertThat(create(topic("a_b", 1, 1))).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
    assertThat(image().topics().keySet()).containsExactly("a.b");
    apply(new DeleteTopics(List.of(topic("a.b", 1, 1).id())));
    assertThat(create(topic("a_b", 1, 1))).isEqualTo(Errors.NONE);
  }

  @Test
  void leaderIsTheFirstReplica() {
    apply(broker(1, 1));
    apply(broker(2, 1));
    create(topic("a", 1, 2, 1));
    PartitionImage partition = image().partition(new TopicPartition("a", 0));
    assertThat(partition.leader()).isEqualTo(new BrokerId(2));
    assertThat(partition.isr()).isEqualTo(partition.replicas());
  }

  @Test
  void tokensOutliveASnapshotUntilTheyExpire() {
    DelegationToken token = new DelegationToken("id", "User:a", "User:b", List.of("User:c"), new DelegationToken.Times(1, 100, 10));
    Outcome created = apply(new CreateToken(token));
    assertThat(created.ok()).isTrue();
    Outcome extended = apply(new ExtendToken("id", 50));
    assertThat(extended.ok()).isTrue();
    Outcome gone = apply(new ExtendToken("other", 50));
    assertThat(gone.error()).isEqualTo(Errors.DELEGATION_TOKEN_NOT_FOUND);
    MetadataStateMachine restored = new MetadataStateMachine(() -> { });
    restored.restore(next - 1, machine.snapshot());
    assertThat(restored.takePublication().image().tokens()).containsExactly(Map.entry("id", token.until(50))).isEqualTo(image().tokens());
    apply(new RemoveTokens(List.of("id", "other"), 49));
    assertThat(image().tokens()).as("it was extended meanwhile").hasSize(1);
    apply(new RemoveTokens(List.of("id"), 50));
    assertThat(image().tokens()).isEmpty();
  }

  /** The first leader may found the cluster after its brokers have registered, and nothing else changes until they are served. */
  @Test
  void aChangeOfAclsOrOfTheIdAloneIsSomethingToShow() {
    Acl acl = new Acl(ResourceType.TOPIC, PatternType.LITERAL, "t", "User:a", "*", AclOperation.READ, AclPermission.ALLOW);
    apply(new InitCluster("id", new TreeMap<>()));
    assertThat(take().delta().isEmpty()).isFalse();
    apply(new AllocateProducerIds(10));
    assertThat(take().delta().isEmpty()).isTrue();
    apply(new CreateAcls(List.of(acl)));
    assertThat(take().delta().isEmpty()).isFalse();
    apply(new CreateAcls(List.of(acl)));
    assertThat(take().delta().isEmpty()).as("it was there").isTrue();
    apply(new DeleteAcls(List.of(acl)));
    assertThat(take().delta().isEmpty()).isFalse();
  }

  @Test
  void deltaLeavesOutWhatCameAndWent() {
    apply(broker(1, 1));
    create(topic("old", 1, 1));
    take();
    create(topic("brief", 1, 1));
    apply(new DeleteTopics(List.of(topic("brief", 1, 1).id())));
    apply(new DeleteTopics(List.of(topic("old", 1, 1).id())));
    NewTopic again = new NewTopic("old", new UUID(5, 5), false, List.of(List.of(ONE)), Map.of("retention.ms", "1"));
    create(again);
    ClusterDelta delta = take().delta();
    assertThat(delta.deletedTopics()).singleElement().satisfies(t -> assertThat(t.id()).isEqualTo(topic("old", 1, 1).id()));
    assertThat(delta.changedTopics()).singleElement().satisfies(t -> assertThat(t.id()).isEqualTo(new UUID(5, 5)));
    assertThat(delta.changedConfigs()).containsExactly(ConfigResource.topic("old"));
    assertThat(take()).isNull();
  }

  @Test
  void snapshotInsteadOfCommandsTellsWhatIsGone() {
    apply(broker(1, 1));
    create(topic("gone", 1, 1));
    create(topic("stays", 1, 1));
    create(topic("deleted", 1, 1));
    alter(ConfigResource.broker(1), new ConfigEdit("log.cleaner.threads", Operation.SET, "2", null));
    MetadataStateMachine ahead = new MetadataStateMachine(() -> { });
    ahead.restore(next - 1, machine.snapshot());
    ahead.apply(next, 0, CommandCodec.encode(new DeleteTopics(List.of(topic("gone", 1, 1).id(), topic("deleted", 1, 1).id()))));
    ahead.apply(next + 1, 0, CommandCodec.encode(new CreateTopics(List.of(topic("new", 1, 1)))));
    ahead.apply(next + 2, 0, CommandCodec.encode(new AlterConfigs(List.of(new ConfigChange(ConfigResource.broker(1), true,
        List.of())))));
    take();
    create(topic("brief", 1, 1));
    apply(new DeleteTopics(List.of(topic("deleted", 1, 1).id())));
    machine.restore(next + 1, ahead.snapshot());
    ClusterDelta delta = take().delta();
    assertThat(delta.deletedTopics()).extracting(TopicImage::name).containsExactlyInAnyOrder("gone", "deleted");
    assertThat(delta.changedTopics()).extracting(TopicImage::name).containsExactlyInAnyOrder("stays", "new");
    assertThat(delta.changedConfigs()).containsExactly(ConfigResource.broker(1));
    machine.apply(next + 3, 0, CommandCodec.encode(new DeleteTopics(List.of(topic("stays", 1, 1).id()))));
    assertThat(take().delta().deletedTopics()).extracting(TopicImage::name).containsExactly("stays");
  }

  @Test
  void imagesDoNotChangeAfterwards() {
    apply(broker(1, 1));
    create(topic("a", 1, 1));
    ClusterImage before = image();
    create(topic("b", 1, 1));
    apply(new DeleteTopics(List.of(topic("a", 1, 1).id())));
    assertThat(before.topics().keySet()).containsExactly("a");
    assertThat(image().topics().keySet()).containsExactly("b");
    assertThatThrownBy(() -> before.topics().clear()).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void configsGoWithTheirTopic() {
    apply(broker(1, 1));
    create(new NewTopic("a", new UUID(5, 5), false, List.of(List.of(ONE)), Map.of("retention.ms", "1")));
    assertThat(image().config(ConfigResource.topic("a"))).containsEntry("retention.ms", "1");
    apply(new DeleteTopics(List.of(new UUID(5, 5))));
    assertThat(image().configs()).isEmpty();
  }

  @Test
  void listsAreEdited() {
    apply(broker(1, 1));
    create(topic("a", 1, 1));
    ConfigResource a = ConfigResource.topic("a");
    alter(a, new ConfigEdit("cleanup.policy", Operation.APPEND, "compact", "delete"));
    assertThat(image().config(a)).containsEntry("cleanup.policy", "delete,compact");
    alter(a, new ConfigEdit("cleanup.policy", Operation.APPEND, "compact", "delete"));
    alter(a, new ConfigEdit("cleanup.policy", Operation.SUBTRACT, "delete", "delete"));
    assertThat(image().config(a)).containsEntry("cleanup.policy", "compact");
    alter(a, new ConfigEdit("cleanup.policy", Operation.DELETE, null, null));
    assertThat(image().configs()).isEmpty();
  }

  private List<Outcome> alter(ConfigResource resource, ConfigEdit... edits) {
    return apply(new AlterConfigs(List.of(new ConfigChange(resource, false, List.of(edits)))));
  }

  @Test
  void partitionsAreAddedOnlyToWhatWasPlanned() {
    apply(broker(1, 1));
    create(topic("a", 2, 1));
    MorePartitions more = new MorePartitions(topic("a", 2, 1).id(), 2, List.of(List.of(ONE)));
    List<Outcome> first = apply(new CreatePartitions(List.of(more)));
    List<Outcome> second = apply(new CreatePartitions(List.of(more)));
    assertThat(first).containsExactly(Outcome.OK);
    assertThat(second.get(0).error()).isEqualTo(Errors.INVALID_PARTITIONS);
    assertThat(image().topic("a").partitions()).hasSize(3);
  }

  @Test
  void producerIdBlocksDoNotOverlap() {
    assertThat(this.<Long>apply(new AllocateProducerIds(1000))).isZero();
    assertThat(this.<Long>apply(new AllocateProducerIds(1000))).isEqualTo(1000);
    assertThat(this.<Long>apply(new AllocateProducerIds(1))).isEqualTo(2000);
  }

  @Test
  void producerIdsOfTwoClustersDoNotMeet() {
    apply(new InitCluster("cluster-one", new TreeMap<>()));
    long first = this.<Long>apply(new AllocateProducerIds(1000));
    assertThat(first).isEqualTo(MetadataStateMachine.firstProducerId("cluster-one")).isGreaterThanOrEqualTo(1L << 32);
    assertThat(this.<Long>apply(new AllocateProducerIds(1))).isEqualTo(first + 1000);
    assertThat(Math.abs(MetadataStateMachine.firstProducerId("cluster-two") - first)).isGreaterThanOrEqualTo(1L << 32);
    // exact for clients whose numbers are doubles
    assertThat(MetadataStateMachine.firstProducerId("cluster-two")).isLessThan(1L << 53);
  }

  @Test
  void clusterIsInitialisedOnce() {
    assertThat(this.<Boolean>apply(new InitCluster("id-one", new TreeMap<>(Map.of("metadata.version", (short) 33))))).isTrue();
    assertThat(this.<Boolean>apply(new InitCluster("id-two", new TreeMap<>()))).isFalse();
    ClusterImage image = image();
    assertThat(image.clusterId()).isEqualTo("id-one");
    assertThat(image.features()).containsExactly(Map.entry("metadata.version", (short) 33));
  }

  @Test
  void brokerWithReplicasStays() {
    apply(broker(1, 1));
    apply(broker(2, 1));
    create(topic("a", 1, 1));
    assertThat(this.<Outcome>apply(new UnregisterBroker(ONE)).ok()).isFalse();
    assertThat(this.<Outcome>apply(new UnregisterBroker(new BrokerId(2))).ok()).isTrue();
    assertThat(this.<Outcome>apply(new UnregisterBroker(new BrokerId(2))).error()).isEqualTo(Errors.BROKER_ID_NOT_REGISTERED);
  }

  @Test
  void damagedCommandIsRefusedAndChangesNothing() {
    apply(broker(1, 1));
    byte[] bytes = CommandCodec.encode(new CreateTopics(List.of(topic("a", 1, 1))));
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> machine.apply(99, 0, cut)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(image().topics()).isEmpty();
  }

  /** Random commands: the state after them equals the state of a machine that started from a snapshot somewhere in between. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void snapshotAndReplayGiveTheSameState(long seed) {
    Random random = new Random(seed);
    List<byte[]> commands = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      commands.add(CommandCodec.encode(randomCommand(random, i)));
    }
    int cut = random.nextInt(commands.size());
    MetadataStateMachine whole = new MetadataStateMachine(() -> { });
    MetadataStateMachine restored = new MetadataStateMachine(() -> { });
    for (int i = 0; i < commands.size(); i++) {
      if (i == cut) {
        restored.restore(i - 1L, whole.snapshot());
      }
      Object expected = whole.apply(i, 0, commands.get(i));
      if (i >= cut) {
        assertThat(restored.apply(i, 0, commands.get(i))).as("seed %d command %d", seed, i).isEqualTo(expected);
      }
      if (random.nextInt(10) == 0) {
        whole.takePublication();
      }
    }
    whole.onLeader(1, true);
    restored.onLeader(1, true);
    assertThat(restored.snapshot()).isEqualTo(whole.snapshot());
    ClusterImage image = whole.takePublication().image();
    assertThat(restored.takePublication().image()).isEqualTo(image);
    image.topics().forEach((name, topic) -> assertThat(image.topic(topic.id())).isSameAs(topic));
    assertThat(image.allTopics().names()).hasSameSizeAs(image.topics());
    image.configs().keySet().stream().filter(r -> r.type() == ConfigResource.Type.TOPIC)
        .forEach(r -> assertThat(image.topics()).containsKey(r.name()));
  }

  private static Command randomCommand(Random random, int step) {
    String name = "t" + random.nextInt(12) + (random.nextBoolean() ? ".x" : "_x");
    UUID id = UUID.nameUUIDFromBytes((name + random.nextInt(2)).getBytes());
    List<BrokerId> replicas = List.of(new BrokerId(random.nextInt(4)));
    Acl acl = new Acl(ResourceType.TOPIC, random.nextBoolean() ? PatternType.LITERAL : PatternType.PREFIXED, name, "User:u", "*",
        AclOperation.READ, AclPermission.ALLOW);
    return switch (random.nextInt(11)) {
      case 9 -> new CreateAcls(List.of(acl));
      case 10 -> new DeleteAcls(List.of(acl));
      case 0 -> broker(random.nextInt(4), random.nextInt(3));
      case 1, 2 -> new CreateTopics(List.of(new NewTopic(name, id, random.nextBoolean(), java.util.Collections.nCopies(
          1 + random.nextInt(3), replicas), random.nextBoolean() ? Map.of() : Map.of("retention.ms", "" + step))));
      case 3 -> new DeleteTopics(List.of(id));
      case 4 -> new CreatePartitions(List.of(new MorePartitions(id, 1 + random.nextInt(3), List.of(replicas))));
      case 5 -> new AlterConfigs(List.of(new ConfigChange(random.nextBoolean() ? ConfigResource.topic(name)
          : ConfigResource.broker(random.nextInt(3)), random.nextBoolean(), List.of(new ConfigEdit("cleanup.policy",
              Operation.values()[random.nextInt(4)], "compact", "delete")))));
      case 6 -> new AllocateProducerIds(1000);
      case 7 -> random.nextBoolean() ? new UnregisterBroker(new BrokerId(random.nextInt(4)))
          : new UpdateFeatures(new TreeMap<>(Map.of("f" + random.nextInt(3), (short) random.nextInt(3))));
      default -> new InitCluster("cluster" + step, new TreeMap<>());
    };
  }

  @Test
  void aCommandOfNewerSoftwareIsNotSkipped() {
    byte[] command = CommandCodec.encode(new AllocateProducerIds(1));
    command[1] = 99;
    assertThatThrownBy(() -> machine.apply(0, 0, command)).isInstanceOf(StateMachine.UnsupportedCommandException.class)
        .hasMessageContaining("type 99").hasMessageContaining("newer software");
    command[0] = 2;
    assertThatThrownBy(() -> machine.apply(0, 0, command)).isInstanceOf(StateMachine.UnsupportedCommandException.class)
        .hasMessageContaining("format 2");
  }
}
