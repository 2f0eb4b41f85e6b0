package io.margay.groups.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.metadata.ClusterDelta;
import io.margay.metadata.TopicImage;
import io.margay.protocol.Errors;
import io.margay.protocol.Messages;
import io.margay.protocol.message.ConsumerGroupDescribeResponse.DescribedGroup;
import io.margay.protocol.message.ConsumerProtocolAssignment;
import io.margay.protocol.message.ConsumerProtocolSubscription;
import io.margay.protocol.message.JoinGroupRequest;
import io.margay.protocol.message.JoinGroupResponse;
import io.margay.protocol.message.SyncGroupRequest;
import io.margay.protocol.message.SyncGroupResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Groups change their protocol while their members consume. */
class MigrationTest {
  private final GroupsFixture f = new GroupsFixture();

  /** A client of the classic protocol whose assignor is eager or cooperative. */
  private final class Classic {
    String id = "";
    String instance;
    int generation = -1;
    Set<Integer> owned = new TreeSet<>();
    final boolean cooperative;
    CompletableFuture<JoinGroupResponse> joining;

    Classic(boolean cooperative) {
      this.cooperative = cooperative;
    }

    byte[] subscription() {
      ConsumerProtocolSubscription s = new ConsumerProtocolSubscription().setTopics(new ArrayList<>(List.of("t")));
      if (!owned.isEmpty()) {
        s.ownedPartitions().add(new ConsumerProtocolSubscription.TopicPartition().setTopic("t").setPartitions(new ArrayList<>(owned)));
      }
      return Messages.toVersionedBytes(s, (short) 3);
    }

    Classic join() {
      if (!cooperative) {
        owned.clear();
      }
      JoinGroupRequest r = GroupsFixture.joinRequest(id, instance);
      r.protocols().add(new JoinGroupRequest.JoinGroupRequestProtocol().setName("range").setMetadata(subscription()));
      joining = f.join(r, 9);
      if (joining.isDone() && joining.join().errorCode() == Errors.MEMBER_ID_REQUIRED.code()) {
        id = joining.join().memberId();
        return join();
      }
      return this;
    }

    Errors joined() {
      JoinGroupResponse r = joining.join();
      id = r.memberId();
      generation = r.generationId();
      return Errors.forCode(r.errorCode());
    }

    /** The leader assigns all partitions in turn. */
    CompletableFuture<SyncGroupResponse> sync(List<Classic> all) {
      SyncGroupRequest r = new SyncGroupRequest().setGroupId(GroupsFixture.GROUP).setMemberId(id).setGroupInstanceId(instance)
          .setGenerationId(generation);
      if (id.equals(joining.join().leader())) {
        for (int i = 0; i < all.size(); i++) {
          List<Integer> mine = new ArrayList<>();
          for (int p = i; p < 4; p += all.size()) {
            mine.add(p);
          }
          ConsumerProtocolAssignment a = new ConsumerProtocolAssignment();
          a.assignedPartitions().add(new ConsumerProtocolAssignment.TopicPartition().setTopic("t").setPartitions(mine));
          r.assignments().add(new SyncGroupRequest.SyncGroupRequestAssignment().setMemberId(all.get(i).id)
              .setAssignment(Messages.toVersionedBytes(a, (short) 3)));
        }
      }
      return f.groups.sync(r, 1);
    }

    Set<Integer> synced(CompletableFuture<SyncGroupResponse> sync) {
      byte[] bytes = sync.join().assignment();
      Set<Integer> result = new TreeSet<>();
      Messages.readVersioned(ConsumerProtocolAssignment::new, bytes).assignedPartitions().forEach(t -> result.addAll(t.partitions()));
      boolean lost = !result.containsAll(owned);
      owned = result;
      if (lost && cooperative) {
        join().joined();
        synced(sync(List.of()));
      }
      return result;
    }

    /** A heartbeat in a consumer group, and what follows from it. */
    Errors beat() {
      Errors error = f.heartbeat(id, instance, generation);
      if (error == Errors.REBALANCE_IN_PROGRESS) {
        assertThat(join().joined()).isEqualTo(Errors.NONE);
        synced(sync(List.of()));
      }
      return error;
    }
  }

  @BeforeEach
  void topics() {
    f.image = GroupsFixture.imageOf(Map.of("t", 4));
    f.groups.onImage(new ClusterDelta(true, Set.copyOf(f.image.topics().values()), Set.<TopicImage>of(), Set.of(), false));
  }

  private List<Classic> classicGroup(int size, boolean cooperative) {
    List<Classic> all = new ArrayList<>();
    f.config.delayMs = 1;
    for (int i = 0; i < size; i++) {
      all.add(new Classic(cooperative).join());
    }
    f.time.advance(10);
    all.forEach(c -> assertThat(c.joined()).isEqualTo(Errors.NONE));
    List<CompletableFuture<SyncGroupResponse>> syncs = new ArrayList<>();
    all.forEach(c -> syncs.add(c.sync(all)));
    for (int i = 0; i < size; i++) {
      all.get(i).owned = new TreeSet<>();
      all.get(i).synced(syncs.get(i));
    }
    return all;
  }

  private DescribedGroup describe() {
    return f.groups.describeConsumer(List.of(GroupsFixture.GROUP), GroupsFixture.free()).join().get(0);
  }

  private String type() {
    return f.groups.list(Set.of(), Set.of(), GroupsFixture.free()).join().get(0).groupType();
  }

  private static void allAreOwned(List<Classic> classics, TestConsumer... consumers) {
    List<Integer> all = new ArrayList<>();
    classics.forEach(c -> all.addAll(c.owned));
    for (TestConsumer c : consumers) {
      all.addAll(c.partitions());
    }
    assertThat(all).containsExactlyInAnyOrder(0, 1, 2, 3);
  }

  private void upgradesAndDowngrades(boolean cooperative) {
    List<Classic> classics = classicGroup(2, cooperative);
    TestConsumer a = new TestConsumer(f, "a", "t").beat();
    assertThat(a.error).isEqualTo(Errors.NONE);
    assertThat(type()).isEqualTo("consumer");
    assertThat(describe().members()).extracting(m -> (int) m.memberType()).containsExactlyInAnyOrder(0, 0, 1);
    rounds(classics, a);
    allAreOwned(classics, a);
    assertThat(a.owned).isNotEmpty();
    assertThat(describe().groupState()).isEqualTo("Stable");
    f.restart();
    assertThat(classics.get(0).beat()).as("it goes on").isEqualTo(Errors.NONE);
    Classic leaves = classics.remove(0);
    assertThat(f.leave(leaves.id)).containsExactly(Errors.NONE);
    rounds(classics, a);
    allAreOwned(classics, a);
    a.leave(-1);
    classics.get(0).beat();
    f.time.advance(1);
    assertThat(type()).isEqualTo("classic");
    assertThat(f.state()).isEqualTo("PreparingRebalance");
    assertThat(f.commit(classics.get(0).id, classics.get(0).generation, "t", 0, 7, "")).isEqualTo(Errors.NONE);
    assertThat(f.heartbeat(classics.get(0).id, classics.get(0).generation)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
    Classic left = classics.get(0).join();
    assertThat(left.joined()).isEqualTo(Errors.NONE);
    left.synced(left.sync(classics));
    allAreOwned(classics);
    f.restart();
    assertThat(type()).isEqualTo("classic");
    assertThat(f.heartbeat(left.id, left.generation)).isEqualTo(Errors.NONE);
  }

  private static void rounds(List<Classic> classics, TestConsumer a) {
    for (int i = 0; i < 6; i++) {
      classics.forEach(Classic::beat);
      a.beat();
    }
  }

  @Test
  void aGroupOfEagerMembersIsUpgradedAndDowngraded() {
    upgradesAndDowngrades(false);
  }

  @Test
  void aGroupOfCooperativeMembersIsUpgradedAndDowngraded() {
    upgradesAndDowngrades(true);
  }

  @Test
  void thePolicyDecides() {
    f.consumer.mayUpgrade = false;
    List<Classic> classics = classicGroup(1, false);
    TestConsumer a = new TestConsumer(f, "a", "t").beat();
    assertThat(a.error).isEqualTo(Errors.GROUP_ID_NOT_FOUND);
    f.consumer.mayUpgrade = true;
    assertThat(a.beat().error).isEqualTo(Errors.NONE);
    f.consumer.mayDowngrade = false;
    a.leave(-1);
    f.time.advance(1);
    assertThat(type()).isEqualTo("consumer");
    rounds(classics, new TestConsumer(f, "b", "t"));
    assertThat(classics.get(0).owned).hasSize(2);
  }

  @Test
  void membersThatWaitInARebalanceJoinAgain() {
    f.config.delayMs = 1_000;
    Classic c = new Classic(false).join();
    assertThat(c.joining).isNotDone();
    TestConsumer a = new TestConsumer(f, "a", "t").beat();
    assertThat(a.error).isEqualTo(Errors.NONE);
    assertThat(Errors.forCode(c.joining.join().errorCode())).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
    c.join();
    assertThat(c.joined()).isEqualTo(Errors.NONE);
    c.synced(c.sync(List.of()));
    rounds(List.of(c), a);
    allAreOwned(List.of(c), a);
  }

  @Test
  void aStaticMemberChangesItsProtocol() {
    TestConsumer a = new TestConsumer(f, "a", "t");
    a.instance = "i";
    a.beat();
    a.leave(-2);
    Classic c = new Classic(false);
    c.instance = "i";
    c.join();
    assertThat(c.joined()).isEqualTo(Errors.NONE);
    assertThat(c.synced(c.sync(List.of()))).hasSize(4);
    f.time.advance(1);
    assertThat(type()).as("no other member is left").isEqualTo("classic");
  }

  @Test
  void aMemberThatDoesNotJoinAgainIsRemoved() {
    List<Classic> classics = classicGroup(1, false);
    TestConsumer a = new TestConsumer(f, "a", "t").beat();
    assertThat(f.heartbeat(classics.get(0).id, classics.get(0).generation)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
    for (int ms = 0; ms < GroupsFixture.REBALANCE; ms += 5_000) {
      f.time.advance(5_000);
      f.heartbeat(classics.get(0).id, classics.get(0).generation);
      a.beat();
    }
    assertThat(f.heartbeat(classics.get(0).id, classics.get(0).generation)).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    assertThat(a.beat().partitions()).hasSize(4);
  }

  @Test
  void aMemberCommitsInItsOldGenerationUntilItKnowsTheNewOne() {
    Classic c = classicGroup(1, false).get(0);
    int before = c.generation;
    TestConsumer a = new TestConsumer(f, "a", "t").beat();
    assertThat(f.heartbeat(c.id, before)).isEqualTo(Errors.REBALANCE_IN_PROGRESS);
    assertThat(f.commit(c.id, before, "t", 0, 7, "")).isEqualTo(Errors.NONE);
    assertThat(c.join().joined()).isEqualTo(Errors.NONE);
    Set<Integer> kept = c.synced(c.sync(List.of()));
    assertThat(kept).hasSize(2);
    for (int p = 0; p < 4; p++) {
      assertThat(f.commit(c.id, before, "t", p, 8, "")).isEqualTo(kept.contains(p) ? Errors.NONE : Errors.REBALANCE_IN_PROGRESS);
    }
    assertThat(f.commit(c.id, c.generation + 1, "t", 0, 8, "")).isEqualTo(Errors.ILLEGAL_GENERATION);
    assertThat(a.error).isEqualTo(Errors.NONE);
  }

  @Test
  void anEmptyConsumerGroupTakesClassicMembers() {
    TestConsumer a = new TestConsumer(f, "a", "t").beat();
    f.commit("a", 1, "t", 7);
    a.leave(-1);
    List<Classic> classics = classicGroup(1, false);
    allAreOwned(classics);
    assertThat(type()).isEqualTo("classic");
    f.restart();
    assertThat(type()).isEqualTo("classic");
    assertThat(f.committed("t")).isEqualTo(7);
    assertThat(new HashSet<>(classics.get(0).owned)).hasSize(4);
  }
}
