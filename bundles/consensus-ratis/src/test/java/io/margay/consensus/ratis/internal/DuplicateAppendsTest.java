package io.margay.consensus.ratis.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.spi.consensus.QuorumNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto.AppendResult;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.MetadataProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage.StartupOption;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.util.ProtoUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What waited in a network that was cut comes all at once when it is healed: the same append several times, on several connections. */
class DuplicateAppendsTest {
  private static final int THREADS = 4;
  private static final int ENTRIES = 1_000;
  private static final int NEVER_MS = 60_000;

  @Test
  void aFollowerThatGotAnAppendTwiceAtOnceStillTakesTheNext(@TempDir Path directory) throws Exception {
    QuorumNode self = new QuorumNode(1, "127.0.0.1", RatisMetadataLogTest.freePort());
    QuorumNode leader = new QuorumNode(2, "127.0.0.1", RatisMetadataLogTest.freePort());
    QuorumConfig like = RatisMetadataLogTest.config(directory, self, List.of(self, leader));
    QuorumConfig config = new QuorumConfig(like.identity(), self, like.voters(), like.directory(),
        new QuorumConfig.Timings(NEVER_MS, NEVER_MS, NEVER_MS), like.snapshotEntries(), like.queueBytes());
    RaftGroup group = RaftGroup.valueOf(RaftGroupId.valueOf(config.groupId()), Membership.peers(config.voters()));
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try (RaftServer server = RaftServer.newBuilder().setServerId(RaftPeerId.valueOf("1")).setGroup(group)
        .setProperties(QuorumTransport.OPEN.properties(config)).setOption(StartupOption.RECOVER).setStateMachine(new BaseStateMachine()).build()) {
      server.start();
      CyclicBarrier together = new CyclicBarrier(THREADS);
      for (int i = 0; i < ENTRIES; i++) {
        AppendEntriesRequestProto request = append(group.getGroupId(), i);
        AppendEntriesRequestProto former = append(group.getGroupId(), Math.max(0, i - 1));
        List<Future<?>> copies = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
          AppendEntriesRequestProto copy = t % 2 == 0 ? former : request;
          copies.add(threads.submit(() -> {
            together.await();
            try {
              return server.appendEntries(copy);
            } catch (IOException | RuntimeException e) {
              return e; // the leader would send it again
            }
          }));
        }
        for (Future<?> sent : copies) {
          sent.get();
        }
        AppendEntriesReplyProto again = server.appendEntries(request);
        assertThat(again.getResult()).as("entry %s", i).isEqualTo(AppendResult.SUCCESS);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static AppendEntriesRequestProto append(RaftGroupId group, long index) {
    AppendEntriesRequestProto.Builder request = AppendEntriesRequestProto.newBuilder().setLeaderTerm(1).setLeaderCommit(-1)
        .setServerRequest(RaftRpcRequestProto.newBuilder().setRequestorId(RaftPeerId.valueOf("2").toByteString())
            .setReplyId(RaftPeerId.valueOf("1").toByteString()).setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(group)).setCallId(index))
        .addEntries(LogEntryProto.newBuilder().setTerm(1).setIndex(index).setMetadataEntry(MetadataProto.newBuilder().setCommitIndex(-1)));
    if (index > 0) {
      request.setPreviousLog(TermIndex.valueOf(1, index - 1).toProto());
    }
    return request.build();
  }
}
