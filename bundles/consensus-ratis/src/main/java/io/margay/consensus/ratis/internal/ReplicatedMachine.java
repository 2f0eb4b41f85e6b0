package io.margay.consensus.ratis.internal;

import io.margay.model.Clock;
import io.margay.model.FaultHandler;
import io.margay.spi.consensus.StateMachine.UnsupportedCommandException;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.MD5FileUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Ratis applies its log to: hands commands to the {@link MachineSlot}, and keeps its snapshots.
 *
 * <pre>
 * entry: time of the leader in ms (int64) | command
 * reply: 0 (int8) | result, or 1 (int8) | message of a failure in UTF-8
 * </pre>
 *
 * Ratis calls {@link #applyTransaction} and {@link #takeSnapshot} from one thread.
 */
final class ReplicatedMachine extends BaseStateMachine {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicatedMachine.class);

  private final SimpleStateMachineStorage storage = new SimpleStateMachineStorage();
  private final MachineSlot slot;
  private final Clock clock;
  private final FaultHandler faults;
  private final RaftPeerId self;
  private final Runnable stop;

  /** @param stop ends this node's part in the quorum; does not wait */
  ReplicatedMachine(MachineSlot slot, Clock clock, FaultHandler faults, RaftPeerId self, Runnable stop) {
    this.slot = slot;
    this.clock = clock;
    this.faults = faults;
    this.self = self;
    this.stop = stop;
  }

  @Override
  public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage raftStorage) throws IOException {
    super.initialize(server, groupId, raftStorage);
    storage.init(raftStorage);
    load(storage.getLatestSnapshot());
  }

  @Override
  public void reinitialize() throws IOException {
    load(storage.loadLatestSnapshot());
  }

  private void load(SingleFileSnapshotInfo snapshot) throws IOException {
    if (snapshot == null) {
      return;
    }
    File file = snapshot.getFile().getPath().toFile();
    MD5FileUtil.verifySavedMD5(file, MD5FileUtil.computeMd5ForFile(file));
    SavedState saved = SavedState.read(file.toPath());
    slot.restore(saved);
    setLastAppliedTermIndex(snapshot.getTermIndex());
    LOG.info("Loaded a snapshot of the metadata index={} sizeBytes={}", saved.index(), saved.state().length);
  }

  @Override
  public StateMachineStorage getStateMachineStorage() {
    return storage;
  }

  @Override
  public long takeSnapshot() throws IOException {
    TermIndex last = getLastAppliedTermIndex();
    SavedState saved = slot.save();
    File file = storage.getSnapshotFile(last.getTerm(), last.getIndex());
    new SavedState(last.getIndex(), saved.timestampMs(), saved.state()).write(file.toPath());
    FileInfo info = new FileInfo(file.toPath(), MD5FileUtil.computeAndSaveMd5ForFile(file));
    storage.updateLatestSnapshot(new SingleFileSnapshotInfo(info, last));
    LOG.info("Took a snapshot of the metadata index={} sizeBytes={}", last.getIndex(), saved.state().length);
    return last.getIndex();
  }

  @Override
  public TransactionContext startTransaction(RaftClientRequest request) throws IOException {
    ByteString command = request.getMessage().getContent();
    ByteBuffer time = ByteBuffer.allocate(Long.BYTES).putLong(0, clock.millis());
    return TransactionContext.newBuilder().setStateMachine(this).setClientRequest(request)
        .setLogData(ByteString.copyFrom(time).concat(command)).build();
  }

  @Override
  public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
    LogEntryProto entry = transaction.getLogEntry();
    ByteBuffer data = entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer();
    long timestampMs = data.getLong();
    byte[] command = new byte[data.remaining()];
    data.get(command);
    ByteString reply;
    try {
      byte[] result = slot.apply(entry.getIndex(), timestampMs, command);
      if (result == null) {
        return CompletableFuture.failedFuture(new IOException("the metadata log is closed"));
      }
      reply = ByteString.copyFrom(new byte[] {0}).concat(ByteString.copyFrom(result));
    } catch (UnsupportedCommandException e) {
      // going on without it would let the state of this node differ from that of the others
      faults.onFault("The metadata log has a command that this software does not know; this node stops taking part", e);
      stop.run();
      return CompletableFuture.failedFuture(e);
    } catch (RuntimeException e) {
      LOG.error("The state machine failed on a command index={}", entry.getIndex(), e);
      reply = ByteString.copyFrom(new byte[] {1}).concat(ByteString.copyFromUtf8(String.valueOf(e.getMessage())));
    }
    updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
    return CompletableFuture.completedFuture(Message.valueOf(reply));
  }

  @Override
  public void notifyTermIndexUpdated(long term, long index) {
    super.notifyTermIndexUpdated(term, index);
    slot.passed(index);
  }

  @Override
  public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
    LOG.info("The metadata quorum {} leaderId={}", leader == null ? "has no leader" : "has a leader", leader == null ? -1 : leader);
    // this node leads only once it has applied all that was committed before, see notifyLeaderReady
    if (leader == null) {
      slot.leader(-1, false);
    } else if (!leader.equals(self)) {
      slot.leader(Integer.parseInt(leader.toString()), false);
    }
  }

  @Override
  public void notifyLeaderReady() {
    slot.leader(Integer.parseInt(self.toString()), true);
  }

  @Override
  public void notifyLogFailed(Throwable cause, LogEntryProto failedEntry) {
    faults.onFault("The metadata log cannot be written", cause);
  }

  @Override
  public void notifyServerShutdown(RoleInfoProto roleInfo, boolean allServer) {
    slot.close();
  }
}
