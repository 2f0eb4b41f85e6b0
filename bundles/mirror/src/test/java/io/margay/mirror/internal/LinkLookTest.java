package io.margay.mirror.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.metadata.ConfigResource;
import io.margay.model.TopicPartition;
import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.AclPermission;
import io.margay.model.acl.PatternType;
import io.margay.model.acl.ResourceType;
import java.util.Collections;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a link does at each look at its source. */
class LinkLookTest {
  private final FakeClusters clusters = new FakeClusters();
  private Link link;

  @BeforeEach
  void start() {
    clusters.topics.put("orders", new UUID(1, 1));
    link = new Link(LinkConfig.of("west", Map.of("bootstrap.servers", "source:1", "topics", ".*", "sync.groups", ".*")),
        "cluster", clusters.context());
  }

  private static Acl acl(String topic, String user, AclPermission permission) {
    return new Acl(ResourceType.TOPIC, PatternType.LITERAL, topic, "User:" + user, "*", AclOperation.READ, permission);
  }

  /** So many rights at the source. */
  private void fill(int count, AclPermission permission) {
    for (int i = 0; i < count; i++) {
      clusters.sourceAcls.add(acl("orders", permission + "-" + i, permission));
    }
  }

  private long count(AclPermission permission) {
    return clusters.acls.stream().filter(acl -> acl.permission() == permission).count();
  }

  /** What went wrong with a topic. */
  private String problem(String topic) {
    return link.states().get(topic).problem();
  }

  @Test
  void aBrokerOfTheSourceThatIsDownStopsOnlyWhatItLeads() throws Exception {
    link.look();
    assertThat(link.sourceEnds()).hasSize(2);
    clusters.down.add(2);
    clusters.topics.put("payments", new UUID(1, 2));
    link.look();
    assertThat(clusters.mirrors).containsKey("payments");
    assertThat(link.sourceEnds()).containsOnlyKeys(new TopicPartition("orders", 0), new TopicPartition("payments", 0));
    assertThat(link.problem()).contains("broker 2 is down");
    clusters.down.clear();
    link.look();
    assertThat(link.sourceEnds()).hasSize(4);
    assertThat(link.problem()).isNull();
  }

  @Test
  void groupsOfABrokerOfTheSourceAreCarriedOverWhileAnotherIsDown() throws Exception {
    link.look();
    for (int down : new int[] {1, 2}) {
      clusters.down.clear();
      clusters.down.add(down);
      clusters.listedGroups.clear();
      link.alignGroups();
      assertThat(clusters.listedGroups).containsExactly(3 - down);
    }
  }

  @Test
  void anOffsetThatTheFormerNodeOfTheLinkMovesBackIsMovedForwardAgain() throws Exception {
    TopicPartition tp = new TopicPartition("orders", 0);
    link.look();
    clusters.committed.put(tp, 5L);
    link.alignGroups();
    assertThat(clusters.carried).containsEntry(tp, 5L);
    clusters.carried.put(tp, 3L); // its commit was on its way
    link.alignGroups();
    assertThat(clusters.carried).containsEntry(tp, 5L);

    clusters.time.advance(GroupSync.FORMER_COMMITS_MS);
    link.alignGroups();
    clusters.carried.clear(); // seen only by a look that asks for all again
    link.alignGroups();
    assertThat(clusters.carried).as("what did not change is not asked for again").isEmpty();
  }

  @Test
  void manyMirrorsGetTheirAclsTogether() throws Exception {
    for (int i = 0; i < 50; i++) {
      clusters.topics.put("t" + i, new UUID(2, i));
      clusters.sourceAcls.add(acl("t" + i, "alice", AclPermission.ALLOW));
      clusters.sourceAcls.add(acl("t" + i, "mallory", AclPermission.DENY));
    }
    link.look();
    assertThat(clusters.acls).isEqualTo(clusters.sourceAcls);
    assertThat(clusters.asked).hasSize(3);
    clusters.asked.clear();
    link.look();
    assertThat(clusters.asked).isEmpty();
    clusters.sourceAcls.removeIf(acl -> acl.permission() == AclPermission.ALLOW);
    link.look();
    assertThat(clusters.acls).isEqualTo(clusters.sourceAcls);
    assertThat(clusters.asked).hasSize(2);
  }

  @Test
  void ofTooManyAclsAllThatDenyAreCarriedOver() throws Exception {
    fill(10, AclPermission.DENY);
    fill(SourceAcls.ACLS_MAX, AclPermission.ALLOW);
    link.look();
    assertThat(count(AclPermission.DENY)).isEqualTo(10);
    assertThat(count(AclPermission.ALLOW)).isEqualTo(SourceAcls.ACLS_MAX - 10);
    assertThat(problem("orders")).contains("510 ACLs").contains("all that deny");
  }

  @Test
  void whatTheSourceDeniesOrNoLongerAllowsIsFollowedWhenThereAreTooMany() throws Exception {
    fill(SourceAcls.ACLS_MAX, AclPermission.ALLOW);
    link.look();
    assertThat(count(AclPermission.ALLOW)).isEqualTo(SourceAcls.ACLS_MAX);
    clusters.sourceAcls.remove(acl("orders", "ALLOW-7", AclPermission.ALLOW));
    fill(20, AclPermission.DENY);
    link.look();
    assertThat(count(AclPermission.DENY)).isEqualTo(20);
    assertThat(clusters.acls).doesNotContain(acl("orders", "ALLOW-7", AclPermission.ALLOW));
    assertThat(count(AclPermission.ALLOW)).as("what is there already stays").isEqualTo(SourceAcls.ACLS_MAX - 1);
  }

  @Test
  void tooManyDenialsBecomeOneForAll() throws Exception {
    fill(SourceAcls.ACLS_MAX + 1, AclPermission.DENY);
    clusters.sourceAcls.add(acl("orders", "alice", AclPermission.ALLOW));
    link.look();
    assertThat(clusters.acls).containsExactly(new Acl(ResourceType.TOPIC, PatternType.LITERAL, "orders", "User:*", "*", AclOperation.ALL,
        AclPermission.DENY));
    assertThat(problem("orders")).contains("501 ACLs").contains("denied to all");
    clusters.sourceAcls.remove(acl("orders", "DENY-3", AclPermission.DENY));
    link.look();
    assertThat(count(AclPermission.DENY)).isEqualTo(SourceAcls.ACLS_MAX);
    assertThat(clusters.acls).doesNotContain(new Acl(ResourceType.TOPIC, PatternType.LITERAL, "orders", "User:*", "*", AclOperation.ALL,
        AclPermission.DENY));
  }

  @Test
  void whatAllowsIsNotMadeWithoutWhatDenies() throws Exception {
    clusters.sourceAcls.add(acl("orders", "mallory", AclPermission.DENY));
    clusters.sourceAcls.add(acl("orders", "*", AclPermission.ALLOW));
    clusters.refusesDenials = true;
    link.look();
    assertThat(clusters.acls).isEmpty();
    assertThat(problem("orders")).contains("POLICY_VIOLATION");
    clusters.refusesDenials = false;
    link.look();
    assertThat(clusters.acls).isEqualTo(new TreeSet<>(clusters.sourceAcls));
    assertThat(problem("orders")).isNull();
  }

  @Test
  void aLinkForgetsAclsThatAreGone() throws Exception {
    fill(3, AclPermission.ALLOW);
    link.look();
    assertThat(clusters.configs.get(ConfigResource.topic("orders"))).containsKey(MirrorSettings.ACLS.name());
    clusters.sourceAcls.removeAll(Collections.unmodifiableSet(new TreeSet<>(clusters.sourceAcls)));
    link.look();
    assertThat(clusters.acls).isEmpty();
    assertThat(clusters.configs.get(ConfigResource.topic("orders"))).doesNotContainKey(MirrorSettings.ACLS.name());
  }
}
