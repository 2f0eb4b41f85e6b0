package io.margay.simulation;

import java.util.function.BooleanSupplier;

/** Two clusters with links between them under a seed. */
abstract class PairSimulation {
  static final long START_MICROS = 60_000_000;
  static final long FAULTS_MICROS = 6_000_000;
  static final long RECOVERY_MICROS = 90_000_000;
  static final long QUIET_MICROS = 5_000_000;
  static final int WEST_PRODUCERS = 100;
  static final int EAST_PRODUCERS = 200;

  final World world;
  final Region west;
  final Region east;

  PairSimulation(long seed, Flaw flaw) {
    this.world = new World(seed);
    this.west = new Region("west", world, flaw);
    this.east = new Region("east", world, flaw);
  }

  /** Runs it. @return identifies everything that happened */
  final String run() {
    try {
      perform();
      return world.trace().fingerprint();
    } finally {
      west.end();
      east.end();
    }
  }

  abstract void perform();

  /** What must hold after each step, besides what must hold in each cluster. */
  abstract void checkLinks();

  final void suffer() {
    west.suffer();
    east.suffer();
  }

  final void heal() {
    west.heal();
    east.heal();
  }

  final void restore() {
    west.restore();
    east.restore();
  }

  final void pass(long micros) {
    long end = world.nowMicros() + micros;
    while (world.step(end)) {
      check();
    }
  }

  final void until(String what, long withinMicros, BooleanSupplier condition) {
    long end = world.nowMicros() + withinMicros;
    while (!condition.getAsBoolean()) {
      if (!world.step(end)) {
        west.invariants.fail(Invariants.PROGRESS, "not within %d s: %s; %s%s%s", withinMicros / 1_000_000, what, west, east, this);
      }
      check();
    }
  }

  final void check() {
    west.check();
    east.check();
    checkLinks();
  }

  /** More of what there is when something is missing. */
  @Override
  public String toString() {
    return "";
  }
}
