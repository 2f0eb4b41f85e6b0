package io.margay.simulation;

/** Chooses faults, and ends them. */
final class Nemesis {
  private final World world;
  private static final int LATE_PER_MILLE = 100;

  private final SimulatedCluster cluster;
  private final Reassigner reassigner;
  private final int crashAfterVotePerMille;
  private boolean ended;

  /** @param crashAfterVotePerMille how many of a thousand votes are followed by a crash before they are synced */
  Nemesis(World world, SimulatedCluster cluster, Reassigner reassigner, int crashAfterVotePerMille) {
    this.reassigner = reassigner;
    this.crashAfterVotePerMille = crashAfterVotePerMille;
    this.world = world;
    this.cluster = cluster;
  }

  void start() {
    proceed();
    cluster.whenVoted(this::voted);
    cluster.reorder(LATE_PER_MILLE);
  }

  /** Its machine may crash before the vote is on stable storage, and be back before the election is over. */
  private void voted(int node) {
    if (!ended && world.chance(crashAfterVotePerMille)) {
      world.after(world.random(0, 3_000), () -> {
        if (!ended) {
          cluster.crash(node, false, world.random(1_000, 30_000));
        }
      });
    }
  }

  private void proceed() {
    if (ended) {
      return;
    }
    world.after(world.random(20_000, 900_000), () -> {
      if (!ended) {
        act();
        proceed();
      }
    });
  }

  private int node() {
    return (int) world.random(1, cluster.size() + 1);
  }

  private void act() {
    int node = node();
    int other = 1 + (node + (int) world.random(0, cluster.size() - 1)) % cluster.size();
    long forMicros = world.chance(700) ? world.random(10_000, 1_500_000) : world.random(1_000_000, 6_000_000);
    switch ((int) world.random(0, 13)) {
      case 0, 1 -> cluster.kill(node, forMicros);
      case 2, 3 -> cluster.crash(node, false, forMicros);
      case 4 -> cluster.crash(node, true, forMicros);
      case 5 -> cluster.stop(node, forMicros);
      case 6 -> cluster.isolate(node, forMicros);
      case 7 -> cluster.block(node, other, forMicros);
      case 8 -> cluster.slow(node, world.random(1_000, 60_000), forMicros);
      case 9 -> cluster.disturb(world.random(2_000, 100_000), (int) world.random(0, 200), forMicros);
      case 10, 11 -> reassigner.act();
      default -> cluster.jump(node, world.random(-100_000, 100_000));
    }
  }

  void end() {
    ended = true;
  }
}
