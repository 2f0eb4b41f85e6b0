package io.margay.consensus.ratis.internal;

import io.margay.spi.consensus.MetadataLog.NotLeaderException;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.client.RaftClientRpc;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings proposals to the leader: in process where this node leads, over the network otherwise, again and again until it has an
 * answer or the time is up. All attempts of a proposal have one number, by which Ratis recognises what it has applied before, so
 * that nothing is applied twice when the leader changes.
 */
final class Proposals {
  private static final Logger LOG = LoggerFactory.getLogger(Proposals.class);
  private static final long BACKOFF_MS = 20;
  private static final long LONGEST_BACKOFF_MS = 200;
  /** After the end of a proposal's time, for what its last attempt is still doing. */
  private static final long GRACE_MS = 1_000;
  private static final int MOST_THREADS = 16;
  private static final byte[] NOTHING = { };

  /** Who leads, as far as this node knows. */
  interface Leader {
    /** @return the leader, null when unknown */
    RaftPeerId get();
  }

  private final RaftServer server;
  private final QuorumTransport transport;
  private final RaftClientRpc rpc;
  private final RaftGroupId group;
  private final Leader leader;
  private final QuorumConfig.Timings timings;
  private final ClientId clientId = ClientId.randomId();
  private final AtomicLong calls = new AtomicLong();
  private final Set<CompletableFuture<byte[]>> open = ConcurrentHashMap.newKeySet();
  /** For what may block: Ratis connects on the thread that sends. When all are busy, an attempt fails and is made again. */
  private final ThreadPoolExecutor threads = new ThreadPoolExecutor(0, MOST_THREADS, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
    Thread thread = new Thread(task, "metadata-proposals");
    thread.setDaemon(true);
    return thread;
  });
  /** When the connection to a node was last given up, by {@link System#nanoTime}. */
  private final Map<RaftPeerId, Long> resets = new ConcurrentHashMap<>();
  private volatile boolean closed;

  Proposals(RaftServer server, QuorumTransport transport, RaftClientRpc rpc, RaftGroupId group, Leader leader, QuorumConfig.Timings timings) {
    this.server = server;
    this.transport = transport;
    this.rpc = rpc;
    this.group = group;
    this.leader = leader;
    this.timings = timings;
  }

  /** @return completes with the reply of the state machine, or exceptionally: with a TimeoutException when the time is up */
  CompletableFuture<byte[]> send(Message message) {
    Attempts attempts = new Attempts(message, calls.incrementAndGet());
    open.add(attempts.result);
    attempts.result.orTimeout(timings.proposalMs() + GRACE_MS, TimeUnit.MILLISECONDS)
        .whenComplete((reply, e) -> open.remove(attempts.result));
    attempts.next();
    return attempts.result;
  }

  /** Ends all attempts. What they propose may have been applied, or be applied yet. */
  void close() {
    closed = true;
    open.forEach(result -> result.completeExceptionally(new NotLeaderException("this node takes no part in the metadata quorum now")));
    threads.shutdown();
  }

  /** Ratis keeps a connection that broke, and all that is sent on it fails, until it is told. Once is enough for all that failed with it. */
  private void reconnect(RaftPeerId node, long usedNs) {
    boolean[] reset = new boolean[1];
    resets.compute(node, (id, last) -> {
      reset[0] = last == null || usedNs - last > 0;
      return reset[0] ? (Long) System.nanoTime() : last;
    });
    if (reset[0]) {
      rpc.handleException(node, new IOException("the connection to node " + node + " failed"), true);
    }
  }

  /** One proposal. Its attempts follow one another. */
  private final class Attempts {
    private final Message message;
    private final long call;
    private final long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timings.proposalMs());
    private final CompletableFuture<byte[]> result = new CompletableFuture<>();
    private RaftPeerId suggested;
    /** The node that the last attempt could not reach, or null, and when that began. */
    private RaftPeerId unreached;
    private long sentNs;
    private long backoffMs = BACKOFF_MS;

    Attempts(Message message, long call) {
      this.message = message;
      this.call = call;
    }

    void next() {
      if (result.isDone()) {
        return;
      }
      if (unreached != null) {
        reconnect(unreached, sentNs);
        unreached = null;
      }
      RaftPeerId to = suggested != null ? suggested : leader.get();
      suggested = null;
      if (to == null) {
        again("no node leads the metadata quorum");
        return;
      }
      sentNs = System.nanoTime();
      CompletableFuture<RaftClientReply> reply;
      try {
        reply = send(to);
      } catch (IOException | RuntimeException e) {
        again(String.valueOf(e.getMessage()));
        return;
      }
      reply.whenComplete((answer, e) -> {
        if (e != null) {
          unreached = to.equals(server.getId()) ? null : to;
          again(String.valueOf(e.getMessage()));
          return;
        }
        try {
          answered(answer);
        } catch (RuntimeException unreadable) {
          LOG.warn("A reply to a metadata change cannot be read, the change is sent again reply={}", answer, unreadable);
          again(unreadable.toString());
        }
      });
    }

    private CompletableFuture<RaftClientReply> send(RaftPeerId to) throws IOException {
      RaftClientRequest request = RaftClientRequest.newBuilder().setClientId(clientId).setServerId(to).setGroupId(group).setCallId(call)
          .setMessage(message).setType(RaftClientRequest.writeRequestType()).build();
      if (to.equals(server.getId())) {
        return server.submitClientRequestAsync(request).copy().orTimeout(leftMs(), TimeUnit.MILLISECONDS);
      }
      return CompletableFuture.supplyAsync(() -> transport.send(rpc, request), threads).thenCompose(sent -> sent)
          .orTimeout(Math.min(leftMs(), timings.requestMs()), TimeUnit.MILLISECONDS);
    }

    private void answered(RaftClientReply answer) {
      if (answer.isSuccess()) {
        byte[] content = answer.getMessage() == null ? NOTHING : answer.getMessage().getContent().toByteArray();
        if (content.length == 0) {
          // A leader that knows only that the entry was applied will not know more later.
          result.completeExceptionally(new NotLeaderException("the result of the metadata change was lost with its leader"));
        } else if (content[0] == ReplicatedMachine.NO_EFFECT) {
          result.completeExceptionally(new NotLeaderException("the metadata change had no effect: the cluster is not founded yet"));
        } else {
          result.complete(content);
        }
        return;
      }
      if (answer.getNotLeaderException() != null && answer.getNotLeaderException().getSuggestedLeader() != null) {
        suggested = answer.getNotLeaderException().getSuggestedLeader().getId();
      }
      again(String.valueOf(answer.getException()));
    }

    private void again(String why) {
      if (closed) {
        result.completeExceptionally(new NotLeaderException("this node takes no part in the metadata quorum now"));
      } else if (leftMs() <= backoffMs) {
        result.completeExceptionally(new TimeoutException("a metadata change was not made within " + timings.proposalMs() + " ms: " + why));
      } else {
        Executor later = CompletableFuture.delayedExecutor(backoffMs, TimeUnit.MILLISECONDS, this::retry);
        backoffMs = Math.min(LONGEST_BACKOFF_MS, backoffMs * 2);
        later.execute(this::next);
      }
    }

    /** Runs the next attempt. Called by the one thread of the JDK that all delays of the process share: it must not be blocked. */
    private void retry(Runnable next) {
      try {
        threads.execute(next);
      } catch (RejectedExecutionException e) {
        again("too many attempts are blocked");
      }
    }

    private long leftMs() {
      return Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime()));
    }
  }

  static Throwable cause(Throwable e) {
    return e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
  }
}
