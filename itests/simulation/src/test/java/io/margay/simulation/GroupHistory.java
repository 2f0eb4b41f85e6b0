package io.margay.simulation;

import java.util.HashMap;
import java.util.Map;

/** Who has had which partition of a topic in a consumer group, or which task in a streams group: its partition. */
final class GroupHistory {
  static final String ONE_OWNER = "no partition has two owners in one epoch";
  static final String GIVEN_BACK = "no partition is given away before its owner has given it back or been silent for its session timeout";

  private final Invariants invariants;
  private final World world;
  private final long sessionMicros;
  private final Map<Integer, Member> owners = new HashMap<>();
  /** By partition and epoch. */
  private final Map<String, String> epochs = new HashMap<>();

  /** What is known of a member. */
  static final class Member {
    private final String id;
    /** When the last request was sent that was answered. */
    private long heardMicros;

    Member(String id) {
      this.id = id;
    }

    void heard(long sentMicros) {
      heardMicros = sentMicros;
    }

    @Override
    public String toString() {
      return id;
    }
  }

  GroupHistory(Invariants invariants, World world, long sessionMicros) {
    this.invariants = invariants;
    this.world = world;
    this.sessionMicros = sessionMicros;
  }

  /** A member was told that it has a partition in an epoch. */
  void owns(Member member, int partition, int epoch) {
    String other = epochs.putIfAbsent(partition + "@" + epoch, member.id);
    if (other != null && !other.equals(member.id)) {
      invariants.fail(ONE_OWNER, "%s and %s both own partition %d in epoch %d", other, member, partition, epoch);
    }
    Member before = owners.put(partition, member);
    if (before != null && before != member && world.nowMicros() < before.heardMicros + sessionMicros) {
      invariants.fail(GIVEN_BACK, "%s gets partition %d in epoch %d, but %s has it and was heard of %d ms ago", member, partition, epoch, before,
          (world.nowMicros() - before.heardMicros) / 1000);
    }
  }

  /** A member gives a partition back, or knows that it is no member any more. */
  void givesBack(Member member, int partition) {
    owners.remove(partition, member);
  }

  /** How many partitions have an owner. */
  int owned() {
    return owners.size();
  }

  /** How often a partition was given to a member. */
  int epochs() {
    return epochs.size();
  }
}
