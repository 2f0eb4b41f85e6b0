package io.margay.simulation;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/**
 * A thread of a process whose code waits for answers. It is a real thread, but only one thread runs at any time: the world waits while a strand
 * runs, and a strand runs only in an event of the world. So the seed still decides everything. When its process ends, each wait of the strand
 * ends with an {@link InterruptedException}.
 */
final class Strand {
  private static final ThreadLocal<Strand> CURRENT = new ThreadLocal<>();

  private final SimulatedProcess process;
  private final Semaphore turn = new Semaphore(0);
  private final Semaphore back = new Semaphore(0);
  private final Thread thread;
  private boolean dead;
  private boolean ended;
  private Throwable failure;

  private Strand(SimulatedProcess process, Runnable task, String name) {
    this.process = process;
    this.thread = new Thread(() -> run(task), name);
    thread.setDaemon(true);
  }

  /** Begins a strand, a little later. */
  static Thread begin(SimulatedProcess process, Runnable task, String name) {
    Strand strand = new Strand(process, task, name);
    strand.thread.start();
    process.run(0, strand::resume);
    process.whenDead(strand::kill);
    return strand.thread;
  }

  private void run(Runnable task) {
    turn.acquireUninterruptibly();
    CURRENT.set(this);
    try {
      if (!dead) {
        task.run();
      }
    } catch (RuntimeException | Error e) {
      failure = e;
    }
    ended = true;
    back.release();
  }

  /** In an event of the world: it runs until it waits, or ends. */
  private void resume() {
    if (ended) {
      return;
    }
    turn.release();
    back.acquireUninterruptibly();
    if (failure != null && !dead) {
      throw new IllegalStateException("a thread has failed", failure);
    }
  }

  private void kill() {
    dead = true;
    resume();
  }

  private void park() throws InterruptedException {
    back.release();
    turn.acquireUninterruptibly();
    checkAlive();
  }

  private void checkAlive() throws InterruptedException {
    if (dead) {
      throw new InterruptedException("the process has ended");
    }
  }

  private static Strand current() {
    Strand current = CURRENT.get();
    if (current == null) {
      throw new IllegalStateException("only a strand may wait");
    }
    return current;
  }

  /** The strand that runs waits until a future is done. */
  static void await(CompletableFuture<?> future) throws InterruptedException {
    Strand strand = current();
    strand.checkAlive();
    if (!future.isDone()) {
      future.whenComplete((value, e) -> strand.process.run(0, strand::resume));
      strand.park();
    }
  }

  /** The strand that runs waits for a time. */
  static void sleep(long ms) throws InterruptedException {
    Strand strand = current();
    strand.checkAlive();
    strand.process.run(ms * 1_000, strand::resume);
    strand.park();
  }
}
