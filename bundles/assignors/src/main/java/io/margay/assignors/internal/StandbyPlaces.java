package io.margay.assignors.internal;

import io.margay.assignors.internal.TaskBalance.Candidate;
import io.margay.assignors.internal.TaskBalance.Process;
import io.margay.assignors.internal.TaskBalance.Task;
import io.margay.spi.assignor.TaskId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Gives copies of states to members of other processes than those that have them, which differ in their tags where that is asked for. Copies stay
 * where they are as far as that allows, the others go to members that have least; then some move from those that have most to those that have
 * least. Members with the same tags are looked at together, so that a task costs the number of different tags and the logarithm of the members.
 * Used once, by one thread.
 */
final class StandbyPlaces {
  private static final Comparator<Candidate> LEAST = Comparator.<Candidate>comparingInt(c -> c.load).thenComparingInt(c -> c.index);

  /** The members of a process that have the same tags. */
  private static final class Place {
    private final Process process;
    private final TreeSet<Candidate> members = new TreeSet<>(LEAST);

    Place(Process process) {
      this.process = process;
    }
  }

  /** Those with the same tags. */
  private static final class Zone {
    /** Number of each tag's value; {@link #UNKNOWN} when members have none. */
    private final int[] values;
    private final TreeSet<Place> places = new TreeSet<>(Comparator.comparing(p -> p.members.first(), LEAST));

    Zone(int[] values) {
      this.values = values;
    }

    /** The member that has least among those whose processes do not have a task; null for none. */
    private Candidate least(Task task) {
      for (Place place : places) {
        if (!task.isIn(place.process)) {
          return place.members.first();
        }
      }
      return null;
    }
  }

  private static final int UNKNOWN = -1;
  /** Each round of moves makes loads more equal, and the first makes most of them. */
  private static final int MOST_ROUNDS = 5;

  private final TaskBalance balance;
  private final List<Zone> zones = new ArrayList<>();
  private final Zone[] zoneOf;
  private final Place[] placeOf;

  StandbyPlaces(TaskBalance balance) {
    this.balance = balance;
    this.zoneOf = new Zone[balance.members().size()];
    this.placeOf = new Place[zoneOf.length];
    List<String> tags = balance.group().rackTags();
    List<Map<String, Integer>> numbers = new ArrayList<>();
    tags.forEach(t -> numbers.add(new HashMap<>()));
    Map<List<Integer>, Zone> byValues = new HashMap<>();
    Map<Zone, Map<Process, Place>> byProcess = new HashMap<>();
    for (Candidate c : balance.members()) {
      int[] values = new int[tags.size()];
      for (int i = 0; i < values.length; i++) {
        String value = c.member.tags().get(tags.get(i));
        Map<String, Integer> known = numbers.get(i);
        values[i] = value == null ? UNKNOWN : known.computeIfAbsent(value, v -> known.size());
      }
      Zone zone = byValues.computeIfAbsent(Arrays.stream(values).boxed().toList(), v -> {
        zones.add(new Zone(values));
        return zones.get(zones.size() - 1);
      });
      Place place = byProcess.computeIfAbsent(zone, z -> new HashMap<>()).computeIfAbsent(c.process, Place::new);
      place.members.add(c);
      zoneOf[c.index] = zone;
      placeOf[c.index] = place;
    }
    byProcess.forEach((zone, places) -> zone.places.addAll(places.values()));
  }

  /** Gives each state as many copies as the group wants, and there are processes. */
  void assign() {
    List<Task> stateful = balance.stateful();
    Map<TaskId, List<Candidate>> before = TaskBalance.before(balance.members(), false);
    int copies = balance.group().standbyReplicas();
    stateful.forEach(t -> keep(t, before.getOrDefault(t.id, List.of()), copies));
    for (int copy = 1; copy <= copies; copy++) {
      for (Task task : stateful) {
        Candidate best = task.standby.size() < copy ? best(task) : null;
        if (best != null) {
          give(best, task);
        }
      }
    }
    boolean moved = true;
    for (int round = 0; moved && round < MOST_ROUNDS; round++) {
      moved = false;
      for (Task task : stateful) {
        for (Candidate c : List.copyOf(task.standby)) {
          moved |= moves(c, task);
        }
      }
    }
  }

  /** Leaves copies where they are, as long as no other place is better for its tags. */
  private void keep(Task task, List<Candidate> before, int copies) {
    boolean kept = true;
    while (kept && task.standby.size() < copies) {
      kept = false;
      Candidate best = before.isEmpty() ? null : best(task);
      for (Candidate c : before) {
        if (!kept && best != null && !task.isIn(c.process) && distance(c, task) == distance(best, task)) {
          give(c, task);
          kept = true;
        }
      }
    }
  }

  /** Moves a copy from a member that has two more tasks than another one, whose tags are as good; whether it did. */
  private boolean moves(Candidate from, Task task) {
    take(from, task);
    Candidate best = best(task);
    Candidate to = best != null && best.load < from.load && distance(best, task) >= distance(from, task) ? best : from;
    give(to, task);
    return to != from;
  }

  private void give(Candidate c, Task task) {
    change(c, () -> balance.standBy(c, task));
  }

  private void take(Candidate c, Task task) {
    change(c, () -> balance.endStandBy(c, task));
  }

  private void change(Candidate c, Runnable how) {
    Zone zone = zoneOf[c.index];
    Place place = placeOf[c.index];
    zone.places.remove(place);
    place.members.remove(c);
    how.run();
    place.members.add(c);
    zone.places.add(place);
  }

  /** The member whose tags differ most from those that have a task, and of these the one that has least; null when all processes have it. */
  private Candidate best(Task task) {
    long farthest = -1;
    Candidate best = null;
    for (Zone zone : zones) {
      long distance = distance(zone, task);
      if (distance >= farthest) {
        Candidate least = zone.least(task);
        if (least != null && (distance > farthest || LEAST.compare(least, best) < 0)) {
          farthest = distance;
          best = least;
        }
      }
    }
    return best;
  }

  private long distance(Candidate c, Task task) {
    return distance(zoneOf[c.index], task);
  }

  /** How much members with some tags differ from those that have a task; the first tag counts most. */
  private long distance(Zone zone, Task task) {
    long result = 0;
    for (int i = 0; i < zone.values.length; i++) {
      int value = zone.values[i];
      boolean other = value != UNKNOWN && (task.owner == null || zoneOf[task.owner.index].values[i] != value);
      for (int s = 0; other && s < task.standby.size(); s++) {
        other = zoneOf[task.standby.get(s).index].values[i] != value;
      }
      result = 2 * result + (other ? 1 : 0);
    }
    return result;
  }
}
