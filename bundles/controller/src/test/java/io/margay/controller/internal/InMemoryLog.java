package io.margay.controller.internal;

import io.margay.spi.consensus.MetadataLog;
import io.margay.spi.consensus.StateMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A metadata log without a disk; applies on the proposer's thread. Can hold proposals back. */
public final class InMemoryLog implements MetadataLog {
  private record Held(byte[] command, CompletableFuture<byte[]> result) { }

  private final List<byte[]> commands = new ArrayList<>();
  private final List<Held> held = new ArrayList<>();
  private StateMachine machine;
  private boolean holding;

  @Override
  public synchronized void attach(StateMachine newMachine) {
    for (int i = 0; i < commands.size(); i++) {
      newMachine.apply(i, 0, commands.get(i));
    }
    newMachine.onLeader(1, true);
    machine = newMachine;
  }

  @Override
  public synchronized void detach(StateMachine oldMachine) {
    machine = null;
    held.forEach(h -> h.result().completeExceptionally(new NotLeaderException("detached")));
    held.clear();
  }

  @Override
  public synchronized CompletionStage<byte[]> propose(byte[] command) {
    CompletableFuture<byte[]> result = new CompletableFuture<>();
    if (machine == null) {
      result.completeExceptionally(new NotLeaderException("detached"));
    } else if (holding) {
      held.add(new Held(command, result));
    } else {
      apply(command, result);
    }
    return result;
  }

  private void apply(byte[] command, CompletableFuture<byte[]> result) {
    commands.add(command);
    try {
      result.complete(machine.apply(commands.size() - 1L, 0, command));
    } catch (RuntimeException e) {
      result.completeExceptionally(e);
    }
  }

  /** Whether proposals wait. */
  public synchronized void hold(boolean hold) {
    holding = hold;
    if (!hold) {
      held.forEach(h -> apply(h.command(), h.result()));
      held.clear();
    }
  }

  /** How many commands there are. */
  public synchronized int size() {
    return commands.size();
  }

  @Override
  public boolean isLeader() {
    return true;
  }

  @Override
  public int leaderId() {
    return 1;
  }

  @Override
  public String clusterId() {
    return "AAAAAAAAAAAAAAAAAAAAAQ";
  }
}
