package io.margay.consensus.ratis.internal;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.apache.ratis.protocol.RaftPeerId;

/**
 * Says who leads, in order, on a thread of its own. Ratis says it with its lock held, while it serves a request of the new leader; those
 * who are told take locks of their own, under which others call Ratis. There are as many news as elections, so what waits needs no bound.
 */
final class LeaderNews implements AutoCloseable {
  private final RaftPeerId self;
  private final Consumer<RaftPeerId> watch;
  private final MachineSlot slot;
  private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
    Thread created = new Thread(task, "metadata-quorum-leader");
    created.setDaemon(true);
    return created;
  });

  /** @param watch told who was elected */
  LeaderNews(RaftPeerId self, Consumer<RaftPeerId> watch, MachineSlot slot) {
    this.self = self;
    this.watch = watch;
    this.slot = slot;
  }

  /** A node was elected, or null: none. This node leads only once it has applied all that was committed before, see {@link #ready}. */
  void elected(RaftPeerId leader) {
    later(() -> {
      watch.accept(leader);
      if (leader == null) {
        slot.leader(-1, false);
      } else if (!leader.equals(self)) {
        slot.leader(Integer.parseInt(leader.toString()), false);
      }
    });
  }

  /** This node has applied all that was committed before it was elected. */
  void ready() {
    later(() -> slot.leader(Integer.parseInt(self.toString()), true));
  }

  private void later(Runnable news) {
    try {
      thread.execute(news);
    } catch (RejectedExecutionException e) {
      // closed: nobody is told any more
    }
  }

  @Override
  public void close() {
    thread.shutdown();
  }
}
