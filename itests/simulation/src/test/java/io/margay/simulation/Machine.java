package io.margay.simulation;

import io.margay.controller.internal.session.BrokerHistory;
import io.margay.storage.memory.internal.SimulatedDisk;

/** What outlives a process: its disks, its clock, and the place in the network. */
final class Machine {
  final int id;
  final SimulatedDisk disk = new SimulatedDisk();
  final QuorumDisk quorum = new QuorumDisk();
  /** What the file broker-epoch holds. */
  BrokerHistory.Entry history = BrokerHistory.Entry.NONE;
  /** How far the wall clock is off. */
  long clockOffsetMs;
  /** What each step of its processes takes longer, at most. */
  long slowMicros;
  /** Whether the machine runs, with or without a process. */
  boolean up = true;
  /** The process that runs, or null. */
  SimulatedProcess process;

  Machine(int id) {
    this.id = id;
  }
}
