package io.margay.consensus.ratis.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.margay.model.Clock;
import io.margay.spi.consensus.MetadataQuorum;
import io.margay.spi.consensus.QuorumNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.ratis.server.raftlog.RaftLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three voters in one process. */
@Timeout(180)
class QuorumTest {
  @TempDir
  private Path directory;

  private final List<QuorumNode> voters = new ArrayList<>();
  private final RatisMetadataLog[] logs = new RatisMetadataLog[3];
  private final SafeRecorder[] machines = new SafeRecorder[3];

  @BeforeEach
  void start() throws Exception {
    for (int i = 0; i < 3; i++) {
      voters.add(new QuorumNode(i, "127.0.0.1", RatisMetadataLogTest.freePort()));
    }
    for (int i = 0; i < 3; i++) {
      open(i);
    }
    for (int i = 0; i < 3; i++) {
      attach(i);
    }
  }

  @AfterEach
  void stop() throws Exception {
    for (RatisMetadataLog log : logs) {
      if (log != null) {
        log.close();
      }
    }
  }

  private void open(int node) throws Exception {
    logs[node] = new RatisMetadataLog(RatisMetadataLogTest.config(directory.resolve("n" + node), voters.get(node), voters, timings()), transport(), RatisMetadataLogTest.NONE, Clock.SYSTEM,
        (what, cause) -> { }, why -> { });
  }

  QuorumTransport transport() throws Exception {
    return QuorumTransport.OPEN;
  }

  QuorumConfig.Timings timings() {
    return RatisMetadataLogTest.TIMINGS;
  }

  private void attach(int node) {
    machines[node] = new SafeRecorder();
    logs[node].attach(machines[node]);
  }

  private void close(int node) throws Exception {
    logs[node].close();
    logs[node] = null;
  }

  private String propose(int node, String command) throws Exception {
    return new String(logs[node].propose(command.getBytes(StandardCharsets.UTF_8)).toCompletableFuture().get(60, TimeUnit.SECONDS),
        StandardCharsets.UTF_8);
  }

  private int leader() throws Exception {
    propose(logs[0] == null ? 1 : 0, "who leads");
    for (int i = 0; i < 3; i++) {
      if (logs[i] != null && logs[i].isLeader()) {
        return i;
      }
    }
    throw new AssertionError("a proposal was applied, and no node leads");
  }

  @Test
  void everyNodeProposesAndAllApplyTheSame() throws Exception {
    for (int i = 0; i < 30; i++) {
      assertThat(propose(i % 3, "c" + i)).isEqualTo(Integer.toString(i + 1));
    }
    for (SafeRecorder machine : machines) {
      assertThat(machine.whenIt(30)).hasSize(30).isEqualTo(machines[0].whenIt(30));
    }
  }

  @Test
  void anotherNodeLeadsWhenTheLeaderGoesAndTheOldOneCatchesUp() throws Exception {
    int first = leader();
    close(first);
    int other = (first + 1) % 3;
    assertThat(propose(other, "after the end of the leader")).isEqualTo("2");
    open(first);
    attach(first);
    assertThat(machines[first].whenIt(2)).containsExactly("who leads", "after the end of the leader");
    assertThat(propose(first, "from the one that came back")).isEqualTo("3");
  }

  @Test
  void aNodeThatWasAwayForLongGetsASnapshot() throws Exception {
    int first = leader();
    int away = (first + 1) % 3;
    int other = (first + 2) % 3;
    long had = machines[away].whenIt(1).size();
    close(away);
    for (int i = 0; i < 150; i++) {
      propose(other, "c" + i);
    }
    // a segment ends with its term, and only then it can be removed
    logs[first].quorum().transferLeadership(other).toCompletableFuture().get(30, TimeUnit.SECONDS);
    for (int i = 150; i < 400; i++) {
      propose(other, "c" + i);
    }
    RaftLog kept = logs[other].server.getDivision(logs[other].server.getGroupIds().iterator().next()).getRaftLog();
    assertThat(kept.getStartIndex()).as("the first entry that is left").isGreaterThan(had + 10);
    open(away);
    attach(away);
    assertThat(machines[away].whenIt(401)).hasSize(401).isEqualTo(machines[other].whenIt(401));
    assertThat(propose(away, "from the one that came back")).isEqualTo("402");
    close(away);
    open(away);
    attach(away);
    assertThat(machines[away].whenIt(402)).as("after another start").hasSize(402);
  }

  @Test
  void aMachineOfAFollowerIsExchangedWhileTheOthersGoOn() throws Exception {
    int follower = (leader() + 1) % 3;
    machines[follower].whenIt(1);
    logs[follower].detach(machines[follower]);
    propose((follower + 1) % 3, "b");
    attach(follower);
    assertThat(machines[follower].whenIt(2)).containsExactly("who leads", "b");
  }

  @Test
  void proposalsGoOnElsewhereWhileTheMachineOfTheLeaderIsExchanged() throws Exception {
    int leader = leader();
    int follower = (leader + 1) % 3;
    logs[leader].detach(machines[leader]);
    assertThat(propose(follower, "b")).isEqualTo("2");
    attach(leader);
    assertThat(machines[leader].whenIt(2)).containsExactly("who leads", "b");
    assertThat(propose(leader, "c")).isEqualTo("3");
  }

  @Test
  void proposalsEndWhenThereIsNoMajority() throws Exception {
    int left = (leader() + 1) % 3;
    machines[left].whenIt(1);
    close((left + 1) % 3);
    close((left + 2) % 3);
    assertThatThrownBy(() -> propose(left, "b")).hasCauseInstanceOf(TimeoutException.class).hasMessageContaining("not made within " + timings().proposalMs() + " ms");
  }

  @Test
  void theLeaderKnowsTheMembersAndHandsOverOnDemand() throws Exception {
    int leader = leader();
    int next = (leader + 2) % 3;
    logs[(leader + 1) % 3].quorum().transferLeadership(next).toCompletableFuture().get(30, TimeUnit.SECONDS);
    MetadataQuorum.Status status = logs[leader].quorum().describe().toCompletableFuture().get(30, TimeUnit.SECONDS);
    assertThat(status.leaderId()).isEqualTo(next);
    assertThat(status.epoch()).isGreaterThan(1);
    assertThat(status.committedIndex()).isPositive();
    assertThat(status.members()).extracting(m -> m.node().id(), MetadataQuorum.Member::voter)
        .containsExactly(tuple(0, true), tuple(1, true), tuple(2, true));
  }

  @Test
  void aVoterThatIsRemovedStaysAnObserverAndCanBeAddedAgain() throws Exception {
    int leader = leader();
    int changed = (leader + 1) % 3;
    MetadataQuorum quorum = logs[leader].quorum();
    quorum.removeVoter(changed).toCompletableFuture().get(30, TimeUnit.SECONDS);
    assertThat(propose(changed, "from an observer")).isEqualTo("2");
    assertThat(machines[changed].whenIt(2)).hasSize(2);
    assertThatThrownBy(() -> quorum.removeVoter(changed).toCompletableFuture().get(30, TimeUnit.SECONDS))
        .hasCauseInstanceOf(MetadataQuorum.MembershipException.class).hasMessageContaining("is no voter");
    quorum.addVoter(voters.get(changed)).toCompletableFuture().get(30, TimeUnit.SECONDS);
    assertThatThrownBy(() -> quorum.addVoter(voters.get(changed)).toCompletableFuture().get(30, TimeUnit.SECONDS))
        .hasCauseInstanceOf(MetadataQuorum.MembershipException.class).hasMessageContaining("is a voter already");
    assertThat(quorum.describe().toCompletableFuture().get(30, TimeUnit.SECONDS).members()).allMatch(MetadataQuorum.Member::voter);
  }
}
