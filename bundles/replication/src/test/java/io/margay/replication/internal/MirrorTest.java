package io.margay.replication.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Errors;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingValues;
import io.margay.spi.log.LogConfig;
import io.margay.spi.log.LogSettings;
import io.margay.spi.log.PartitionLog.Appended;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A partition that a link fills, and its followers. */
class MirrorTest {
  private static final String SOURCE = "west:AAAAAAAAAAAAAAAAAAAAAQ:orders";

  private final SimulatedCluster cluster = new SimulatedCluster(3);

  @BeforeEach
  void mirror() {
    LogConfig config = LogConfig.of(new SettingValues() {
      @Override
      @SuppressWarnings("unchecked") // the value of this setting is a text
      public <T> T get(Setting<T> setting) {
        return setting == LogSettings.MARGAY_MIRROR_SOURCE ? (T) SOURCE : setting.defaultValue();
      }
    });
    cluster.nodes.forEach(node -> node.log().configure(config));
  }

  private PartitionLeader leader() {
    return cluster.node(1).leader();
  }

  private Appended append(long offset, int records) {
    ByteBuf batch = TestBroker.batch(records);
    batch.setLong(batch.readerIndex(), offset);
    return leader().appendMirrored(batch, leader().logEndOffset(), SOURCE);
  }

  /** Cuts the mirror, as a link does: again in the next leadership when this one may not. */
  private void cut(long offset) throws IOException {
    if (!leader().endMirrorAt(offset, SOURCE)) {
      cluster.run(50);
      assertThat(leader().endMirrorAt(offset, SOURCE)).isTrue();
    }
  }

  private void assertEqualLogs(String... batches) {
    for (SimulatedCluster.Node node : cluster.nodes) {
      assertThat(node.log().contents()).as("log of " + node.id).containsExactly(batches);
      assertThat(node.log().highWatermark()).as("high watermark of " + node.id).isEqualTo(leader().logEndOffset());
    }
    assertThat(cluster.isr()).containsExactly(1, 2, 3);
  }

  @Test
  void whatIsMirroredIsReplicatedAndCommitted() {
    append(0, 3);
    append(10, 2);
    cluster.run(50);
    assertEqualLogs("0@1", "10@1");
    assertThat(leader().highWatermark()).isEqualTo(12);
  }

  @Test
  void followersBeginAgainWhereTheMirrorDoes() throws IOException {
    append(0, 3);
    cluster.run(50);
    assertThat(leader().endMirrorAt(100, SOURCE)).isTrue();
    cluster.run(1_000);
    assertThat(cluster.node(2).log().logStartOffset()).isEqualTo(100);
    append(100, 3);
    cluster.run(50);
    assertEqualLogs("100@1");
  }

  @Test
  void followersOfAMirrorThatIsCutAreCutToo() throws IOException {
    append(0, 3);
    append(3, 3);
    append(6, 3);
    cluster.run(50);
    cut(3);
    assertThat(leader().highWatermark()).isEqualTo(3);
    cluster.run(1_000);
    assertEqualLogs("0@1");
    append(3, 1);
    append(4, 5);
    cluster.run(50);
    assertEqualLogs("0@1", "3@2", "4@2");
    assertThat(leader().knowsHighWatermark()).isTrue();
  }

  @Test
  void followersAreCutAlsoWhenTheLeaderHasAsMuchAgainBeforeTheyFetch() throws IOException {
    append(0, 3);
    append(3, 3);
    append(6, 3);
    cluster.run(50);
    cut(3);
    append(3, 4);
    append(7, 2);
    append(9, 3);
    cluster.run(1_000);
    assertEqualLogs("0@1", "3@2", "7@2", "9@2");
  }

  @Test
  void nothingBeyondACutIsCommittedBeforeTheFollowersHaveIt() throws IOException {
    append(0, 3);
    append(3, 3);
    cluster.run(50);
    cluster.network.stop(2, true);
    cut(3);
    append(3, 2);
    assertThat(leader().highWatermark()).isEqualTo(3);
  }

  @Test
  void aFollowerThatMissedACutIsCutByTheNextLeader() throws IOException {
    append(0, 3);
    append(3, 3);
    append(6, 3);
    cluster.run(50);
    cluster.network.stop(3, true);
    cut(3);
    append(3, 3);
    cluster.run(1_000);
    cluster.elect(2, List.of(1, 2, 3));
    cluster.network.stop(3, false);
    cluster.run(1_000);
    for (SimulatedCluster.Node node : cluster.nodes) {
      assertThat(node.log().contents()).as("log of " + node.id).containsExactly("0@1", "3@2");
    }
  }

  @Test
  void recordsOfAnEpochAreReplacedInTheNextOne() throws IOException {
    append(0, 3);
    append(3, 3);
    assertThat(leader().endMirrorAt(3, SOURCE)).isFalse();
    assertThat(leader().endMirrorAt(3, SOURCE)).as("it is asked for once").isFalse();
    assertThat(cluster.asked).singleElement().matches(change -> change.newEpoch() && change.isr().size() == 3);
    cluster.run(50);
    assertThat(leader().leaderEpoch().value()).isEqualTo(2);
    assertThat(leader().logEndOffset()).isEqualTo(6);
    assertThat(leader().endMirrorAt(3, SOURCE)).isTrue();
    assertThat(leader().endMirrorAt(100, SOURCE)).as("nothing is replaced").isTrue();
    assertThat(cluster.partition().leaderEpoch().value()).isEqualTo(2);
  }

  @Test
  void aNewEpochIsAskedForAgainWhenTheControllerDidNotAnswer() throws IOException {
    append(0, 3);
    cluster.answer = null;
    assertThat(leader().endMirrorAt(0, SOURCE)).isFalse();
    cluster.run(50);
    cluster.answer = Errors.NONE;
    assertThat(leader().endMirrorAt(0, SOURCE)).isFalse();
    cluster.run(50);
    assertThat(leader().endMirrorAt(0, SOURCE)).isTrue();
  }

  @Test
  void theStartFollowsTheSourceUpToTheHighWatermark() throws IOException {
    append(0, 3);
    append(3, 3);
    cluster.run(50);
    append(6, 3);
    leader().advanceMirrorStart(8, SOURCE);
    assertThat(leader().logStartOffset()).isEqualTo(6);
  }

  @Test
  void aLinkThatIsNotTheTopicsAnyMoreChangesNothing() throws IOException {
    append(0, 3);
    cluster.run(50);
    assertThat(leader().endMirrorAt(1, "east" + SOURCE.substring(4))).isFalse();
    leader().advanceMirrorStart(2, "east" + SOURCE.substring(4));
    assertThat(leader().appendMirrored(TestBroker.batch(1), 3, "east" + SOURCE.substring(4)).error()).isEqualTo(Errors.POLICY_VIOLATION);
    assertEqualLogs("0@1");
    assertThat(leader().logStartOffset()).isZero();
  }

  @Test
  void aLeaderThatHasResignedChangesNothing() throws IOException {
    append(0, 3);
    cluster.run(50);
    PartitionLeader former = leader();
    cluster.elect(2, List.of(1, 2, 3));
    assertThat(former.appendMirrored(TestBroker.batch(1), 3, SOURCE).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    assertThat(former.endMirrorAt(1, SOURCE)).isFalse();
  }
}
