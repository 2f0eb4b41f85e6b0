package io.margay.consensus.ratis.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.margay.model.Clock;
import io.margay.spi.consensus.ClusterIdentity;
import io.margay.spi.consensus.FormerMetadata;
import io.margay.spi.consensus.MetadataQuorum;
import io.margay.spi.consensus.QuorumNode;
import io.margay.spi.consensus.StateMachine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One voter that was alone before, and nodes that join it. */
@Timeout(120)
class ObserverTest {
  @TempDir
  private Path directory;

  private final List<RatisMetadataLog> logs = new ArrayList<>();
  private final List<QuorumNode> voters = new ArrayList<>();

  /** What a node had when it was alone: three commands, the last one with the index 1000. */
  private static final FormerMetadata FORMER = new FormerMetadata() {
    @Override
    public boolean exists() {
      return true;
    }

    @Override
    public long replay(StateMachine machine) {
      machine.restore(998, "x\ny".getBytes(StandardCharsets.UTF_8));
      machine.apply(1000, 5, "z".getBytes(StandardCharsets.UTF_8));
      return 1000;
    }
  };

  /** Keeps the indexes too. */
  private static final class Indexes {
    private final SafeRecorder machine = new SafeRecorder() {
      @Override
      public synchronized byte[] apply(long index, long timestampMs, byte[] command) {
        last = index;
        return super.apply(index, timestampMs, command);
      }
    };
    private volatile long last;
  }

  @AfterEach
  void stop() throws Exception {
    for (RatisMetadataLog log : logs) {
      log.close();
    }
  }

  private static QuorumNode node(int id) throws IOException {
    return new QuorumNode(id, "127.0.0.1", RatisMetadataLogTest.freePort());
  }

  private RatisMetadataLog open(QuorumNode node, FormerMetadata former) throws Exception {
    RatisMetadataLog log = new RatisMetadataLog(RatisMetadataLogTest.config(directory.resolve("n" + node.id()), node, voters, timings()), transport(), former,
        Clock.SYSTEM, (what, cause) -> { }, why -> { });
    logs.add(log);
    return log;
  }

  QuorumConfig.Timings timings() {
    return RatisMetadataLogTest.TIMINGS;
  }

  QuorumTransport transport() throws Exception {
    return QuorumTransport.OPEN;
  }

  private static String propose(RatisMetadataLog log, String command) throws Exception {
    return new String(log.propose(command.getBytes(StandardCharsets.UTF_8)).toCompletableFuture().get(60, TimeUnit.SECONDS),
        StandardCharsets.UTF_8);
  }

  @Test
  void anObserverJoinsGetsAllCommandsProposesAndBecomesAVoter() throws Exception {
    voters.add(node(1));
    RatisMetadataLog voter = open(voters.get(0), RatisMetadataLogTest.NONE);
    SafeRecorder machine = new SafeRecorder();
    voter.attach(machine);
    assertThat(propose(voter, "a")).isEqualTo("1");
    QuorumNode second = node(2);
    RatisMetadataLog observer = open(second, RatisMetadataLogTest.NONE);
    SafeRecorder other = new SafeRecorder();
    observer.attach(other);
    assertThat(propose(observer, "b")).isEqualTo("2");
    assertThat(other.whenIt(2)).containsExactly("a", "b");
    assertThat(observer.isLeader()).isFalse();
    assertThat(observer.leaderId()).isEqualTo(1);
    MetadataQuorum quorum = observer.quorum();
    assertThat(quorum.describe().toCompletableFuture().get(30, TimeUnit.SECONDS).members())
        .extracting(m -> m.node().id(), MetadataQuorum.Member::voter).containsExactly(tuple(1, true), tuple(2, false));

    voter.detach(machine);
    CompletableFuture<byte[]> waiting = observer.propose("c".getBytes(StandardCharsets.UTF_8)).toCompletableFuture();
    other.whenIt(3);
    assertThat(waiting).isNotDone();
    voter.attach(machine = new SafeRecorder());
    assertThat(new String(waiting.get(30, TimeUnit.SECONDS), StandardCharsets.UTF_8)).isEqualTo("3");

    quorum.addVoter(second).toCompletableFuture().get(30, TimeUnit.SECONDS);
    quorum.transferLeadership(2).toCompletableFuture().get(30, TimeUnit.SECONDS);
    assertThat(propose(voter, "d")).isEqualTo("4");
    assertThat(machine.whenIt(4)).containsExactly("a", "b", "c", "d");
    assertThat(quorum.describe().toCompletableFuture().get(30, TimeUnit.SECONDS).leaderId()).isEqualTo(2);
  }

  @Test
  void theFirstVoterBringsTheMetadataOfTheTimeWhenItWasAlone() throws Exception {
    voters.add(node(1));
    voters.add(node(2));
    voters.add(node(3));
    Indexes first = new Indexes();
    Indexes second = new Indexes();
    // the others could elect a leader, but found nothing
    RatisMetadataLog two = open(voters.get(1), RatisMetadataLogTest.NONE);
    two.attach(second.machine);
    RatisMetadataLog three = open(voters.get(2), RatisMetadataLogTest.NONE);
    three.attach(new SafeRecorder());
    CompletableFuture<byte[]> early = three.propose("early".getBytes(StandardCharsets.UTF_8)).toCompletableFuture();
    open(voters.get(0), FORMER).attach(first.machine);
    assertThat(new String(early.get(30, TimeUnit.SECONDS), StandardCharsets.UTF_8)).isEqualTo("4");
    assertThat(second.machine.whenIt(4)).containsExactly("x", "y", "z", "early");
    assertThat(first.machine.whenIt(4)).containsExactly("x", "y", "z", "early");
    assertThat(second.last).isGreaterThan(1000).isEqualTo(first.last);

    logs.remove(2).close();
    Indexes again = new Indexes();
    RatisMetadataLog one = open(voters.get(0), FORMER);
    one.attach(again.machine);
    assertThat(propose(one, "later")).isEqualTo("5");
    assertThat(again.machine.whenIt(5)).containsExactly("x", "y", "z", "early", "later");
  }

  @Test
  void anyServerTellsTheVoters() throws Exception {
    voters.add(node(1));
    RatisMetadataLog voter = open(voters.get(0), RatisMetadataLogTest.NONE);
    voter.attach(new SafeRecorder());
    propose(voter, "a");
    QuorumConfig unknown = RatisMetadataLogTest.config(directory.resolve("n2"), node(2), List.of());
    assertThat(Discovery.voters(unknown, transport(), List.of("127.0.0.1:" + RatisMetadataLogTest.freePort(), voters.get(0).address())))
        .containsExactly(voters.get(0));
    assertThatThrownBy(() -> Discovery.voters(unknown, transport(), List.of("127.0.0.1:" + RatisMetadataLogTest.freePort())))
        .isInstanceOf(IOException.class).hasMessageContaining("no voter was found");
    QuorumConfig foreign = ofAnotherCluster(node(2), List.of());
    assertThatThrownBy(() -> Discovery.voters(foreign, transport(), List.of(voters.get(0).address()))).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is of another cluster: margay.cluster.id=another");
  }

  private QuorumConfig ofAnotherCluster(QuorumNode self, List<QuorumNode> others) {
    QuorumConfig config = RatisMetadataLogTest.config(directory.resolve("n" + self.id()), self, others);
    return new QuorumConfig(new ClusterIdentity("another", self.id()), self, others, config.directory(), config.timings(),
        config.snapshotEntries(), config.queueBytes());
  }

  @Test
  void aNodeOfAnotherClusterIsRefused() throws Exception {
    voters.add(node(1));
    open(voters.get(0), RatisMetadataLogTest.NONE).attach(new SafeRecorder());
    CompletableFuture<String> refused = new CompletableFuture<>();
    logs.add(new RatisMetadataLog(ofAnotherCluster(node(2), voters), transport(), RatisMetadataLogTest.NONE, Clock.SYSTEM, (what, cause) -> { },
        refused::complete));
    assertThat(refused.get(60, TimeUnit.SECONDS)).contains("are of another cluster: margay.cluster.id=another");
  }

  @Test
  void anotherNodeWithMetadataOfItsOwnIsRefused() throws Exception {
    voters.add(node(1));
    voters.add(node(2));
    assertThatThrownBy(() -> open(voters.get(1), FORMER)).isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is not the first node of controller.quorum.voters");
  }

  @Test
  void aPortInUseIsRefusedWithItsAddress() throws Exception {
    QuorumNode first = node(1);
    voters.add(first);
    open(first, RatisMetadataLogTest.NONE);
    QuorumNode same = new QuorumNode(2, first.host(), first.port());
    assertThatThrownBy(() -> open(same, RatisMetadataLogTest.NONE)).isInstanceOf(IOException.class)
        .hasMessageContaining("2@127.0.0.1:" + first.port()).hasMessageContaining("Address already in use");
  }
}
