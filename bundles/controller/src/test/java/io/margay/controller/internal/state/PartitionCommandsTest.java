package io.margay.controller.internal.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.controller.internal.state.Command.AlterConfigs;
import io.margay.controller.internal.state.Command.AlterIsr;
import io.margay.controller.internal.state.Command.ConfigChange;
import io.margay.controller.internal.state.Command.ConfigEdit;
import io.margay.controller.internal.state.Command.CreateTopics;
import io.margay.controller.internal.state.Command.ElectLeaders;
import io.margay.controller.internal.state.Command.FenceBroker;
import io.margay.controller.internal.state.Command.NewIsr;
import io.margay.controller.internal.state.Command.NewTopic;
import io.margay.controller.internal.state.Command.Operation;
import io.margay.controller.internal.state.Command.PartitionRef;
import io.margay.controller.internal.state.Command.Reassign;
import io.margay.controller.internal.state.Command.Reassignment;
import io.margay.controller.internal.state.Command.RegisterBroker;
import io.margay.controller.internal.state.Command.UnfenceBroker;
import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.ReplicaSet;
import io.margay.model.BrokerId;
import io.margay.model.LeaderEpoch;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Topic "t" has two partitions on brokers 1, 2 and 3; there are four brokers. */
class PartitionCommandsTest {
  private static final UUID TOPIC = new UUID(9, 1);
  private final MetadataStateMachine machine = new MetadataStateMachine(() -> { });
  private final long[] epochs = new long[5];
  private MetadataStateMachine.Publication newest;
  private long next;

  @SuppressWarnings("unchecked")
  private <T> T apply(Command command) {
    next++;
    return (T) MetadataStateMachine.result(machine.apply(next - 1, 0, CommandCodec.encode(command))).result();
  }

  private static List<BrokerId> ids(int... ids) {
    return Arrays.stream(ids).mapToObj(BrokerId::new).toList();
  }

  @BeforeEach
  void startCluster() {
    for (int id = 1; id <= 4; id++) {
      epochs[id] = apply(new RegisterBroker(new BrokerId(id), new UUID(id, 1), List.of(), null, true, Command.FoundData.NONE,
          new Registration.Defaults(2, false, false, "file")));
    }
    apply(new CreateTopics(List.of(new NewTopic("t", TOPIC, false, List.of(ids(1, 2, 3), ids(1, 2, 3)), Map.of()))));
    take();
  }

  private MetadataStateMachine.Publication take() {
    MetadataStateMachine.Publication taken = machine.takePublication();
    newest = taken == null ? newest : taken;
    return newest;
  }

  private PartitionImage partition(int index) {
    return take().image().partition(new TopicPartition("t", index));
  }

  private Errors isr(int leader, int index, int leaderEpoch, int partitionEpoch, int... isr) {
    SortedMap<BrokerId, Long> members = new TreeMap<>();
    Arrays.stream(isr).forEach(id -> members.put(new BrokerId(id), epochs[id]));
    List<Outcome> outcomes = apply(new AlterIsr(new BrokerId(leader), epochs[leader],
        List.of(new NewIsr(TOPIC, index, leaderEpoch, partitionEpoch, members, false))));
    return outcomes.get(0).error();
  }

  private Outcome reassign(int index, int... replicas) {
    return this.<List<Outcome>>apply(new Reassign(List.of(new Reassignment(new PartitionRef(TOPIC, index), ids(replicas))))).get(0);
  }

  private void check(int index, int leader, int epoch, ReplicaSet members) {
    PartitionImage p = partition(index);
    assertThat(p.members()).isEqualTo(members);
    assertThat(p.leader().value()).isEqualTo(leader);
    assertThat(p.leaderEpoch()).isEqualTo(new LeaderEpoch(epoch));
  }

  @Test
  void isrShrinksAndGrowsWithEligibleReplicas() {
    assertThat(isr(1, 0, 0, 0, 1)).isEqualTo(Errors.NONE);
    check(0, 1, 0, new ReplicaSet(ids(1, 2, 3), ids(1), ids(2, 3), List.of(), List.of(), List.of()));
    assertThat(isr(1, 0, 0, 1, 1, 3)).isEqualTo(Errors.NONE);
    check(0, 1, 0, ReplicaSet.of(ids(1, 2, 3), ids(1, 3)));
    assertThat(isr(1, 0, 0, 2, 1, 3)).isEqualTo(Errors.NONE);
    assertThat(partition(0).partitionEpoch()).isEqualTo(3);
  }

  @Test
  void isrIsRefusedFromOthersThanTheLeader() {
    assertThat(isr(2, 0, 0, 0, 2)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    assertThat(isr(1, 0, 1, 0, 1)).isEqualTo(Errors.FENCED_LEADER_EPOCH);
    assertThat(isr(1, 0, 0, 1, 1)).isEqualTo(Errors.INVALID_UPDATE_VERSION);
    assertThat(isr(1, 0, 0, 0, 1, 4)).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(isr(1, 0, 0, 0)).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(isr(1, 7, 0, 0, 1)).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    epochs[1]--;
    assertThat(isr(1, 0, 0, 0, 1)).isEqualTo(Errors.STALE_BROKER_EPOCH);
    epochs[1]++;
    apply(new FenceBroker(new BrokerId(3), epochs[3]));
    assertThat(isr(1, 0, 0, 1, 1, 2, 3)).isEqualTo(Errors.INELIGIBLE_REPLICA);
    apply(new UnfenceBroker(new BrokerId(3), epochs[3]));
    epochs[3]--;
    assertThat(isr(1, 0, 0, 1, 1, 2, 3)).isEqualTo(Errors.INELIGIBLE_REPLICA);
  }

  @Test
  void aLeaderGivesUpByAnIsrWithoutIt() {
    assertThat(isr(1, 0, 0, 0, 2, 3)).isEqualTo(Errors.NONE);
    assertThat(partition(0).leader()).isEqualTo(new BrokerId(2));
    assertThat(partition(0).leaderEpoch()).isEqualTo(new LeaderEpoch(1));
    assertThat(partition(0).isr()).isEqualTo(ids(2, 3));
    assertThat(isr(2, 0, 1, 1, 1, 2, 3)).as("it may come back").isEqualTo(Errors.NONE);
    assertThat(partition(0).leader()).isEqualTo(new BrokerId(2));
  }

  @Test
  void aLeaderCannotGiveUpWhenNobodyElseCanLead() {
    apply(new FenceBroker(new BrokerId(2), epochs[2]));
    apply(new FenceBroker(new BrokerId(3), epochs[3]));
    PartitionImage before = partition(0);
    assertThat(isr(1, 0, before.leaderEpoch().value(), before.partitionEpoch(), 3)).isEqualTo(Errors.INELIGIBLE_REPLICA);
    assertThat(partition(0)).isEqualTo(before);
  }

  @Test
  void aLeaderGetsANewEpochAndTheIsrThatItAsksFor() {
    SortedMap<BrokerId, Long> members = new TreeMap<>(Map.of(new BrokerId(1), epochs[1], new BrokerId(2), epochs[2]));
    NewIsr other = new NewIsr(TOPIC, 1, 0, 0, members, false);
    List<Outcome> outcomes = apply(new AlterIsr(new BrokerId(1), epochs[1], List.of(new NewIsr(TOPIC, 0, 0, 0, members, true), other)));
    assertThat(outcomes).extracting(Outcome::error).containsExactly(Errors.NONE, Errors.NONE);
    check(0, 1, 1, ReplicaSet.of(ids(1, 2, 3), ids(1, 2)));
    check(1, 1, 0, ReplicaSet.of(ids(1, 2, 3), ids(1, 2)));
    int partitionEpoch = partition(0).partitionEpoch();
    apply(new AlterIsr(new BrokerId(1), epochs[1], List.of(new NewIsr(TOPIC, 0, 1, partitionEpoch, members, true))));
    check(0, 1, 2, ReplicaSet.of(ids(1, 2, 3), ids(1, 2)));
    assertThat(isr(1, 0, 1, partitionEpoch, 1)).isEqualTo(Errors.FENCED_LEADER_EPOCH);
  }

  @Test
  void onePartitionChangesOnceInACommand() {
    NewIsr change = new NewIsr(TOPIC, 0, 0, 0, new TreeMap<>(Map.of(new BrokerId(1), epochs[1])), false);
    List<Outcome> outcomes = apply(new AlterIsr(new BrokerId(1), epochs[1], List.of(change, change)));
    assertThat(outcomes).extracting(Outcome::error).containsExactly(Errors.NONE, Errors.INVALID_REQUEST);
  }

  @Test
  void reassignmentIsCompleteWhenTheNewReplicasAreInSync() {
    assertThat(reassign(0, 4, 2).ok()).isTrue();
    check(0, 1, 0, new ReplicaSet(ids(4, 2, 1, 3), ids(1, 2, 3), List.of(), List.of(), ids(4), ids(1, 3)));
    assertThat(isr(1, 0, 0, 1, 1, 2, 3, 4)).isEqualTo(Errors.NONE);
    check(0, 4, 1, ReplicaSet.of(ids(4, 2), ids(4, 2)));
    check(1, 1, 0, ReplicaSet.of(ids(1, 2, 3), ids(1, 2, 3)));
  }

  @Test
  void reassignmentThatOnlyRemovesOrReordersIsCompleteAtOnce() {
    assertThat(reassign(0, 3, 1, 2).ok()).isTrue();
    check(0, 1, 0, ReplicaSet.of(ids(3, 1, 2), ids(1, 2, 3)));
    assertThat(reassign(0, 3, 2).ok()).isTrue();
    check(0, 3, 1, ReplicaSet.of(ids(3, 2), ids(2, 3)));
  }

  @Test
  void reassignmentWaitsForAsManyReplicasInSyncAsWritesNeed() {
    assertThat(isr(1, 0, 0, 0, 1, 2)).isEqualTo(Errors.NONE);
    assertThat(reassign(0, 2, 3).ok()).isTrue();
    check(0, 1, 0, new ReplicaSet(ids(2, 3, 1), ids(1, 2), List.of(), List.of(), List.of(), ids(1)));
    assertThat(isr(1, 0, 0, 2, 1, 2, 3)).isEqualTo(Errors.NONE);
    check(0, 2, 1, ReplicaSet.of(ids(2, 3), ids(2, 3)));
  }

  @Test
  void reassignmentIsCancelledAndReplaced() {
    assertThat(reassign(0).error()).isEqualTo(Errors.NO_REASSIGNMENT_IN_PROGRESS);
    reassign(0, 4, 1, 2);
    assertThat(reassign(0, 1, 4, 3).ok()).isTrue();
    check(0, 1, 0, new ReplicaSet(ids(1, 4, 3, 2), ids(1, 2, 3), List.of(), List.of(), ids(4), ids(2)));
    assertThat(reassign(0).ok()).isTrue();
    check(0, 1, 1, ReplicaSet.of(ids(1, 3, 2), ids(1, 2, 3)));
  }

  @Test
  void impossibleReassignmentsAreRefused() {
    assertThat(reassign(0, 1, 1).error()).isEqualTo(Errors.INVALID_REPLICA_ASSIGNMENT);
    assertThat(reassign(0, 1, 9).error()).isEqualTo(Errors.INVALID_REPLICA_ASSIGNMENT);
    assertThat(reassign(9, 1, 2).error()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
  }

  @Test
  void preferredReplicasLeadAgain() {
    PartitionRef ref = new PartitionRef(TOPIC, 0);
    List<Outcome> notNeeded = apply(new ElectLeaders(false, List.of(ref, new PartitionRef(TOPIC, 5))));
    assertThat(notNeeded).extracting(Outcome::error).containsExactly(Errors.ELECTION_NOT_NEEDED, Errors.UNKNOWN_TOPIC_OR_PARTITION);
    apply(new FenceBroker(new BrokerId(1), epochs[1]));
    List<Outcome> away = apply(new ElectLeaders(false, List.of(ref)));
    assertThat(away.get(0).error()).isEqualTo(Errors.PREFERRED_LEADER_NOT_AVAILABLE);
    apply(new UnfenceBroker(new BrokerId(1), epochs[1]));
    assertThat(isr(2, 0, 1, 1, 1, 2, 3)).isEqualTo(Errors.NONE);
    List<Outcome> done = apply(new ElectLeaders(false, List.of(ref)));
    assertThat(done.get(0)).isEqualTo(Outcome.OK);
    assertThat(partition(0).leader().value()).isEqualTo(1);
  }

  @Test
  void uncleanElectionTakesWhoIsThere() {
    isr(1, 0, 0, 0, 1, 2);
    apply(new FenceBroker(new BrokerId(2), epochs[2]));
    apply(new FenceBroker(new BrokerId(1), epochs[1]));
    check(0, -1, 1, new ReplicaSet(ids(1, 2, 3), List.of(), ids(1, 2), List.of(), List.of(), List.of()));
    List<Outcome> done = apply(new ElectLeaders(true, List.of(new PartitionRef(TOPIC, 0), new PartitionRef(TOPIC, 1))));
    assertThat(done).extracting(Outcome::error).containsExactly(Errors.NONE, Errors.ELECTION_NOT_NEEDED);
    check(0, 3, 2, ReplicaSet.of(ids(1, 2, 3), ids(3)));
  }

  @Test
  void settingsOfTheTopicTakeEffectAtOnce() {
    isr(1, 0, 0, 0, 1);
    apply(new AlterConfigs(List.of(new ConfigChange(ConfigResource.topic("t"), false,
        List.of(new ConfigEdit("min.insync.replicas", Operation.SET, "1", null))))));
    check(0, 1, 0, ReplicaSet.of(ids(1, 2, 3), ids(1)));
    apply(new FenceBroker(new BrokerId(1), epochs[1]));
    assertThat(partition(0).leader()).isEqualTo(BrokerId.NONE);
    apply(new AlterConfigs(List.of(new ConfigChange(ConfigResource.topic("t"), false,
        List.of(new ConfigEdit("unclean.leader.election.enable", Operation.SET, "true", null))))));
    assertThat(partition(0).leader().value()).isEqualTo(2);
  }

  @Test
  void deltaTellsWhichPartitionsChangedAndHow() {
    isr(1, 1, 0, 0, 1, 2);
    isr(1, 1, 0, 1, 1);
    ClusterDelta delta = take().delta();
    List<String> seen = new ArrayList<>();
    delta.forEachChangedPartition((topic, before, after) -> seen.add(topic.name() + after.index() + before.isr() + after.isr()));
    assertThat(seen).containsExactly("t1[1, 2, 3][1]");
  }
}
