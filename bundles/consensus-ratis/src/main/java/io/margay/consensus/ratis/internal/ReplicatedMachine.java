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
import org.apache.ratis.util.LifeCycle;
import org.apache.ratis.util.MD5FileUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Ratis applies its log to: hands commands to the {@link MachineSlot}, and keeps its snapshots.
 *
 * <pre>
 * entry: time of the leader in ms (int64) | kind (int8) | content, see LogMessage
 * reply: 0 (int8) | result, or 1 (int8) | message of a failure in UTF-8, or 2 (int8): no effect, the cluster is not founded
 * </pre>
 *
 * Ratis calls {@link #applyTransaction} and {@link #takeSnapshot} from one thread.
 */
final class ReplicatedMachine extends BaseStateMachine {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicatedMachine.class);

  /** First byte of a reply. */
  static final byte DONE = 0;
  static final byte FAILED = 1;
  static final byte NO_EFFECT = 2;

  private final SimpleStateMachineStorage storage = new SimpleStateMachineStorage();
  private final MachineSlot slot;
  private final Clock clock;
  private final FaultHandler faults;
  private final LeaderNews news;
  private final Runnable stop;
  private final Runnable ended;
  /** An entry was not applied: what follows must not count as applied either, or a snapshot would claim to have it. */
  private volatile boolean broken;

  /**
   * @param stop ends this node's part in the quorum; does not wait
   * @param ended called when Ratis has ended this node's part in the quorum, asked to or not; does not wait
   */
  ReplicatedMachine(MachineSlot slot, Clock clock, FaultHandler faults, LeaderNews news, Runnable stop, Runnable ended) {
    this.slot = slot;
    this.clock = clock;
    this.faults = faults;
    this.news = news;
    this.stop = stop;
    this.ended = ended;
  }

  @Override
  public void initialize(RaftServer server, RaftGroupId groupId, RaftStorage raftStorage) throws IOException {
    getLifeCycle().startAndTransition(() -> {
      super.initialize(server, groupId, raftStorage);
      storage.init(raftStorage);
      load(storage.getLatestSnapshot());
    }, IOException.class);
  }

  /**
   * A snapshot of the leader has come, and {@link #reinitialize} loads it. From then on the machine counts as paused: Ratis looks at that only when it
   * loads a snapshot, and ends a machine that is not paused. Another snapshot may come at any moment while one is loaded.
   */
  @Override
  public synchronized void pause() {
    if (getLifeCycleState() == LifeCycle.State.RUNNING) {
      getLifeCycle().transition(LifeCycle.State.PAUSING);
      getLifeCycle().transition(LifeCycle.State.PAUSED);
    }
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
    if (broken) {
      throw new IOException("no snapshot: an entry of the metadata log was not applied");
    }
    TermIndex last = getLastAppliedTermIndex();
    SavedState saved = slot.save();
    File file = storage.getSnapshotFile(last.getTerm(), last.getIndex());
    new SavedState(saved.founded(), saved.base(), last.getIndex(), saved.timestampMs(), saved.state()).write(file.toPath());
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
    ByteBuffer data = ByteBuffer.wrap(entry.getStateMachineLogEntry().getLogData().toByteArray());
    long timestampMs = data.getLong();
    if (broken) {
      return CompletableFuture.failedFuture(new IOException("an earlier entry of the metadata log was not applied"));
    }
    ByteString reply;
    try {
      reply = apply(entry.getIndex(), timestampMs, data.get(), data);
    } catch (MachineSlot.ClosedException e) {
      broken = true;
      return CompletableFuture.failedFuture(new IOException(e.getMessage(), e));
    } catch (UnsupportedCommandException | MachineSlot.ForeignStateException e) {
      broken = true;
      // going on would let the state of this node differ from that of the others
      faults.onFault("The metadata log cannot be applied; this node stops taking part: " + e.getMessage(), e);
      stop.run();
      return CompletableFuture.failedFuture(e);
    } catch (RuntimeException e) {
      LOG.error("The state machine failed on a command index={}", entry.getIndex(), e);
      reply = ByteString.copyFrom(new byte[] {FAILED}).concat(ByteString.copyFromUtf8(String.valueOf(e.getMessage())));
    }
    updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
    return CompletableFuture.completedFuture(Message.valueOf(reply));
  }

  private ByteString apply(long index, long timestampMs, byte kind, ByteBuffer content) {
    switch (kind) {
      case LogMessage.COMMAND -> {
        byte[] command = new byte[content.remaining()];
        content.get(command);
        byte[] result = slot.apply(index, timestampMs, command);
        return result == null ? ByteString.copyFrom(new byte[] {NO_EFFECT})
            : ByteString.copyFrom(new byte[] {DONE}).concat(ByteString.copyFrom(result));
      }
      case LogMessage.SEED_PART -> slot.part(index, content);
      case LogMessage.FOUND -> {
        if (!slot.found(index, content)) {
          return ByteString.copyFrom(new byte[] {NO_EFFECT});
        }
        LOG.info("The cluster is founded");
      }
      default -> throw new UnsupportedCommandException("the metadata log has an entry of kind " + kind + ", written by newer software;"
          + " update this node");
    }
    return ByteString.copyFrom(new byte[] {DONE});
  }

  @Override
  public void notifyTermIndexUpdated(long term, long index) {
    if (!broken) {
      super.notifyTermIndexUpdated(term, index);
      slot.passed(index);
    }
  }

  @Override
  public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
    LOG.info("The metadata quorum {} leaderId={}", leader == null ? "has no leader" : "has a leader", leader == null ? -1 : leader);
    news.elected(leader);
  }

  @Override
  public void notifyLeaderReady() {
    news.ready();
  }

  @Override
  public void notifyLogFailed(Throwable cause, LogEntryProto failedEntry) {
    faults.onFault("The metadata log cannot be written", cause);
  }

  @Override
  public void notifyServerShutdown(RoleInfoProto roleInfo, boolean allServer) {
    slot.close();
    ended.run();
  }
}
