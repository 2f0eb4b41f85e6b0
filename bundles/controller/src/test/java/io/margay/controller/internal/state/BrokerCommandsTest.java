package io.margay.controller.internal.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.controller.internal.state.Command.AlterConfigs;
import io.margay.controller.internal.state.Command.ConfigChange;
import io.margay.controller.internal.state.Command.ConfigEdit;
import io.margay.controller.internal.state.Command.CreateTopics;
import io.margay.controller.internal.state.Command.FenceBroker;
import io.margay.controller.internal.state.Command.FoundData;
import io.margay.controller.internal.state.Command.InitCluster;
import io.margay.controller.internal.state.Command.NewTopic;
import io.margay.controller.internal.state.Command.Operation;
import io.margay.controller.internal.state.Command.RegisterBroker;
import io.margay.controller.internal.state.Command.ShutDownBroker;
import io.margay.controller.internal.state.Command.UnfenceBroker;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.PartitionImage;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.spi.consensus.StateMachine;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Brokers come, stop and return; topic "t" has its replicas on 1, 2 and 3, topic "one" on 2. */
class BrokerCommandsTest {
  private static final Registration.Defaults TWO_IN_SYNC = new Registration.Defaults(2, false, false, "file");
  private final MetadataStateMachine machine = new MetadataStateMachine(() -> { });
  private long next;
  private ClusterImage newest;

  @SuppressWarnings("unchecked")
  private <T> T apply(Command command) {
    next++;
    return (T) MetadataStateMachine.result(machine.apply(next - 1, 0, CommandCodec.encode(command))).result();
  }

  private ClusterImage image() {
    MetadataStateMachine.Publication newer = machine.takePublication();
    newest = newer == null ? newest : newer.image();
    return newest;
  }

  private static RegisterBroker broker(int id, int process, boolean leads, long epochBefore, String... kept) {
    return new RegisterBroker(new BrokerId(id), new UUID(id, process), List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "h", id)), null,
        leads, new FoundData("cluster", epochBefore, List.of(kept)), TWO_IN_SYNC);
  }

  private static List<BrokerId> ids(int... ids) {
    return Arrays.stream(ids).mapToObj(BrokerId::new).toList();
  }

  private final long[] epochs = new long[4];

  @BeforeEach
  void startCluster() {
    apply(new InitCluster("cluster", new TreeMap<>()));
    for (int id = 1; id <= 3; id++) {
      epochs[id] = apply(broker(id, 1, id == 1, -1));
      apply(new UnfenceBroker(new BrokerId(id), epochs[id]));
    }
    apply(new CreateTopics(List.of(new NewTopic("t", new UUID(9, 1), false, List.of(ids(1, 2, 3)), Map.of()),
        new NewTopic("one", new UUID(9, 2), false, List.of(ids(2)), Map.of()))));
  }

  private void fence(int id) {
    Outcome outcome = apply(new FenceBroker(new BrokerId(id), epochs[id]));
    assertThat(outcome.ok()).isTrue();
  }

  private void restart(int id, int process, boolean clean) {
    epochs[id] = apply(broker(id, process, false, epochs[id], clean ? new String[] {"file"} : new String[0]));
    apply(new UnfenceBroker(new BrokerId(id), epochs[id]));
  }

  private void check(String topic, int leader, List<BrokerId> isr, List<BrokerId> elr, List<BrokerId> lastKnown) {
    PartitionImage p = image().partition(new TopicPartition(topic, 0));
    assertThat(p.leader().value()).as("leader").isEqualTo(leader);
    assertThat(p.isr()).as("isr").isEqualTo(isr);
    assertThat(p.members().elr()).as("elr").isEqualTo(elr);
    assertThat(p.members().lastKnownElr()).as("last known").isEqualTo(lastKnown);
  }

  @Test
  void onlyTheNodeThatLeadsIsNotFencedAtFirst() {
    assertThat(image().brokers().get(new BrokerId(1)).fenced()).isFalse();
    Long epoch = apply(broker(4, 1, false, -1));
    assertThat(image().brokers().get(new BrokerId(4)).fenced()).isTrue();
    Outcome stale = apply(new UnfenceBroker(new BrokerId(4), epoch - 1));
    assertThat(stale.error()).isEqualTo(Errors.STALE_BROKER_EPOCH);
    Outcome unknown = apply(new FenceBroker(new BrokerId(5), 0));
    assertThat(unknown.error()).isEqualTo(Errors.BROKER_ID_NOT_REGISTERED);
  }

  @Test
  void aSecondProcessIsRefusedWhileTheFirstIsNotFenced() {
    Outcome refused = apply(broker(2, 2, false, -1));
    assertThat(refused.error()).isEqualTo(Errors.DUPLICATE_BROKER_REGISTRATION);
    assertThat(refused.message()).contains("PLAINTEXT://h:2");
    fence(2);
    Object epoch = apply(broker(2, 2, false, -1));
    assertThat(epoch).isEqualTo(next - 1);
    Object replaced = apply(broker(3, 2, true, -1));
    assertThat(replaced).isEqualTo(next - 1);
  }

  @Test
  void aBrokerOfAnotherClusterIsRefused() {
    RegisterBroker b = broker(4, 1, false, -1);
    Outcome refused = apply(new RegisterBroker(b.id(), b.incarnation(), b.endpoints(), null, true,
        new FoundData("other", -1, List.of()), b.defaults()));
    assertThat(refused.error()).isEqualTo(Errors.INCONSISTENT_CLUSTER_ID);
    assertThat(image().brokers()).hasSize(3);
  }

  @Test
  void theSameProcessKeepsItsPlaceWhenItsAddressChanges() {
    RegisterBroker b = broker(2, 1, false, -1);
    Long epoch = apply(new RegisterBroker(b.id(), b.incarnation(), List.of(), "rack", false, b.data(), b.defaults()));
    assertThat(epoch).isEqualTo(next - 1);
    assertThat(image().brokers().get(b.id()).fenced()).isFalse();
    check("t", 1, ids(1, 2, 3), List.of(), List.of());
  }

  @Test
  void fencedBrokersLeaveTheIsrAndAreEligibleOnceItIsSmall() {
    fence(1);
    check("t", 2, ids(2, 3), List.of(), List.of());
    fence(2);
    check("t", 3, ids(3), ids(2), List.of());
    check("one", -1, List.of(), ids(2), List.of());
    fence(3);
    check("t", -1, List.of(), ids(2, 3), List.of());
    restart(1, 2, true);
    check("t", -1, List.of(), ids(2, 3), List.of());
    restart(2, 2, true);
    check("t", 2, ids(2), ids(3), List.of());
    check("one", 2, ids(2), List.of(), List.of());
  }

  @Test
  void aBrokerThatLostTheEndOfItsLogsDoesNotLead() {
    fence(1);
    fence(2);
    fence(3);
    restart(2, 2, false);
    check("t", -1, List.of(), ids(3), ids(2));
    check("one", 2, ids(2), List.of(), List.of());
    restart(3, 2, true);
    check("t", 3, ids(3), List.of(), ids(2));
  }

  @Test
  void aPowerCutOfAllLeavesTheLastKnownLeader() {
    fence(1);
    fence(2);
    fence(3);
    restart(1, 2, false);
    restart(2, 2, false);
    check("t", -1, List.of(), ids(3), ids(2));
    restart(3, 2, false);
    check("t", 3, ids(3), List.of(), List.of());
  }

  @Test
  void dataOfAnotherProcessThanTheLastAreNotTrusted() {
    fence(3);
    fence(2);
    fence(1);
    epochs[2] = apply(broker(2, 2, false, epochs[2] - 1, "file"));
    check("t", -1, List.of(), ids(1), ids(2));
  }

  @Test
  void aProcessThatEndedBeforeItLearnedItsEpochLeavesTheDataAsTheyWere() {
    fence(3);
    fence(2);
    fence(1);
    apply(broker(2, 2, false, epochs[2], "file"));
    check("t", -1, List.of(), ids(1, 2), List.of());
    apply(broker(2, 3, false, epochs[2], "file"));
    check("t", -1, List.of(), ids(1, 2), List.of());
    MetadataStateMachine copy = new MetadataStateMachine(() -> { });
    copy.restore(next - 1, machine.snapshot());
    assertThat(copy.snapshot()).isEqualTo(machine.snapshot());
    apply(broker(2, 4, false, epochs[2], "file"));
    check("t", -1, List.of(), ids(1, 2), List.of());
  }

  @Test
  void aProcessThatReportedHasLearnedItsEpoch() {
    fence(3);
    fence(2);
    fence(1);
    long learned = this.<Long>apply(broker(2, 2, false, epochs[2], "file"));
    apply(new UnfenceBroker(new BrokerId(2), learned));
    apply(new FenceBroker(new BrokerId(2), learned));
    check("t", -1, List.of(), ids(1, 2), List.of());
    apply(broker(2, 3, false, epochs[2], "file"));
    check("t", -1, List.of(), ids(1), ids(2));
  }

  @Test
  void flushedTopicsLoseNothing() {
    apply(new AlterConfigs(List.of(new ConfigChange(ConfigResource.topic("t"), false,
        List.of(new ConfigEdit("margay.flush.policy", Operation.SET, "ack", null))))));
    fence(1);
    fence(2);
    fence(3);
    restart(3, 2, false);
    check("t", 3, ids(3), ids(2), List.of());
  }

  @Test
  void topicsOnAnEngineThatKeptNothingAreLost() {
    apply(new AlterConfigs(List.of(new ConfigChange(ConfigResource.topic("t"), false,
        List.of(new ConfigEdit("margay.storage.engine", Operation.SET, "memory", null))))));
    fence(2);
    fence(3);
    restart(3, 2, true);
    check("t", 1, ids(1), List.of(), ids(3));
  }

  @Test
  void theLeadingNodeThatRestartsLeadsInANewEpochOnlyWhatItKept() {
    epochs[1] = apply(broker(1, 2, true, epochs[1], "file"));
    PartitionImage p = image().partition(new TopicPartition("t", 0));
    assertThat(p.leader().value()).isEqualTo(1);
    assertThat(p.leaderEpoch().value()).isEqualTo(1);
    epochs[1] = apply(broker(1, 3, true, epochs[1]));
    check("t", 2, ids(2, 3), List.of(), List.of());
  }

  @Test
  void aBrokerThatShutsDownHandsOverWhatOthersCanLead() {
    apply(new ShutDownBroker(new BrokerId(2), epochs[2]));
    check("one", 2, ids(2), List.of(), List.of());
    check("t", 1, ids(1, 3), List.of(), List.of());
    apply(new ShutDownBroker(new BrokerId(1), epochs[1]));
    check("t", 3, ids(3), ids(1), List.of());
    assertThat(image().brokers().get(new BrokerId(1)).shuttingDown()).isTrue();
    fence(1);
    restart(1, 2, true);
    assertThat(image().brokers().get(new BrokerId(1)).active()).isTrue();
  }

  @Test
  void snapshotsKeepEverything() {
    fence(2);
    fence(3);
    restart(3, 2, false);
    apply(new ShutDownBroker(new BrokerId(3), epochs[3]));
    byte[] snapshot = machine.snapshot();
    MetadataStateMachine other = new MetadataStateMachine(() -> { });
    other.restore(next - 1, snapshot);
    ClusterImage restored = other.takePublication().image();
    ClusterImage here = image();
    assertThat(restored).isEqualTo(here);
    assertThat(other.snapshot()).isEqualTo(snapshot);
    RegisterBroker again = broker(2, 1, false, -1);
    assertThat(MetadataStateMachine.result(other.apply(next, 0, CommandCodec.encode(again))).result()).isEqualTo(epochs[2]);
  }

  @Test
  void snapshotsWithUnknownSectionsNeedNewerSoftware() {
    byte[] snapshot = machine.snapshot();
    byte[] more = Arrays.copyOf(snapshot, snapshot.length + 6);
    more[snapshot.length] = 77;
    assertThatThrownBy(() -> machine.restore(0, more)).isInstanceOf(StateMachine.UnsupportedCommandException.class)
        .hasMessageContaining("section of type 77");
    assertThatThrownBy(() -> machine.restore(0, new byte[] {3})).isInstanceOf(StateMachine.UnsupportedCommandException.class);
    assertThatThrownBy(() -> machine.restore(0, new byte[] {2})).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void firstFormatOfSnapshotsAndRegistrationsIsRead() {
    BinaryWriter out = new BinaryWriter().int8(1).text("cluster");
    out.list(List.of(1), (w, id) -> w.int32(id).uuid(new UUID(0, 1)).int64(4)
        .list(List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "h", 1)), CommandCodec::writeEndpoint).text(null).bool(false));
    out.list(List.of("a"), (w, name) -> w.text(name).uuid(new UUID(0, 2)).bool(false).list(List.of(0),
        (x, p) -> x.brokers(ids(1)).brokers(ids(1)).int32(1).int32(3).int32(5)));
    out.list(List.of(), (w, x) -> { }).int32(0).int64(2000);
    MetadataStateMachine old = new MetadataStateMachine(() -> { });
    old.restore(7, out.toBytes());
    byte[] register = new BinaryWriter().int8(1).int8(2).int32(1).uuid(new UUID(0, 5)).list(List.<Endpoint>of(),
        CommandCodec::writeEndpoint).text("r").toBytes();
    assertThat(MetadataStateMachine.result(old.apply(8, 0, register)).result()).isEqualTo(8L);
    ClusterImage image = old.takePublication().image();
    assertThat(image.brokers().get(new BrokerId(1)).rack()).isEqualTo("r");
    assertThat(image.brokers().get(new BrokerId(1)).active()).isTrue();
    assertThat(image.partition(new TopicPartition("a", 0)).leaderEpoch().value()).isEqualTo(4);
  }
}
