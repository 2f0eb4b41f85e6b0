package io.margay.shell.internal;

import io.margay.model.TopicPartition;
import io.margay.spi.assignor.AssignorGroup;
import io.margay.spi.assignor.AssignorMember;
import io.margay.spi.assignor.TaskAssignment;
import io.margay.spi.assignor.TaskGroup;
import io.margay.spi.assignor.TaskMember;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of scope assignor. */
@Command(name = "assignor")
final class AssignorCommands {
  static final String SCOPE = "assignor";
  /** As in the settings of a node. */
  private static final int WARMUPS = 2;
  private static final long ACCEPTABLE_LAG = 10_000;
  private final Requests requests;
  private final Strategies strategies;
  private final CommandFunction.Io io;

  AssignorCommands(Requests requests, Strategies strategies, CommandFunction.Io io) {
    this.requests = requests;
    this.strategies = strategies;
    this.io = io;
  }

  @Needs(Role.VIEW)
  @Command(name = "list", description = "List the assignors that are installed.")
  void list(@Option(names = "--json", description = "Print JSON.") boolean json) {
    Table table = new Table("assignor", "of");
    strategies.assignors().names().forEach(name -> table.row(name, "partitions"));
    strategies.taskAssignors().names().forEach(name -> table.row(name, "tasks"));
    Page.print(io.out(), json, table);
  }

  @Needs(Role.VIEW)
  @Command(name = "simulate", description = {"Show what the members of a group would get from an assignor.",
      "Members of a streams group count with their tasks. Members of a consumer group count with their subscriptions by name; each other member counts as a subscriber of all topics that "
      + "the group reads now. Nothing is changed."})
  void simulate(@Parameters(paramLabel = "GROUP", description = "Which.") String group,
      @Parameters(paramLabel = "ASSIGNOR", description = "Its name.") String name,
      @Option(names = "--standby", description = "For a streams group: copies of each state. Default: 0.") int standby,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    if (new Groups(requests).require(group).groupType().equals("streams")) {
      simulateTasks(group, name, standby, json);
      return;
    }
    Groups.Description description = new Groups(requests).describe(group);
    Map<TopicPartition, String> owners = Groups.owners(description);
    Map<String, Integer> counts = new TreeMap<>();
    for (TopicPartition tp : new TreeSet<>(owners.keySet())) {
      counts.computeIfAbsent(tp.topic(), topic -> requests.topic(topic).partitions().size());
    }
    Set<String> read = Set.copyOf(counts.keySet());
    List<AssignorMember> members = new ArrayList<>();
    Map<String, Set<TopicPartition>> current = new HashMap<>();
    description.members().forEach(m -> {
      boolean byName = m.more() != null && m.more().regex() == null;
      Set<String> topics = byName ? Set.copyOf(m.more().topics()) : read;
      topics.stream().filter(topic -> requests.image().topic(topic) != null)
          .forEach(topic -> counts.putIfAbsent(topic, requests.image().topic(topic).partitions().size()));
      members.add(new AssignorMember(m.id(), m.instanceId(), null, topics));
      current.put(m.id(), new HashSet<>(m.assignment()));
    });
    Map<String, List<TopicPartition>> then = Strategies.use(strategies.assignors(), name,
        assignor -> assignor.assign(new AssignorGroup(members, counts, current)));
    Table table = new Table("member", "partitionsNow", "partitionsThen", "assignmentThen");
    int moved = 0;
    for (AssignorMember member : members) {
      List<TopicPartition> assigned = then.getOrDefault(member.id(), List.of());
      table.row(member.id(), current.get(member.id()).size(), assigned.size(), assigned.stream().map(Object::toString).toList());
      moved += (int) assigned.stream().filter(tp -> !member.id().equals(owners.get(tp))).count();
    }
    new Page(io.out(), json).fact("group", group).fact("assignor", name).fact("movedPartitions", moved).table("members", table)
        .print();
  }

  private void simulateTasks(String group, String name, int standby, boolean json) throws InterruptedException {
    StreamsGroups groups = new StreamsGroups(requests);
    var described = groups.describe(group);
    TaskGroup question = groups.question(described, standby, WARMUPS, ACCEPTABLE_LAG);
    Map<String, TaskAssignment> then = Strategies.use(strategies.taskAssignors(), name, assignor -> assignor.assign(question));
    Table table = new Table("member", "tasksNow", "tasksThen", "activeThen", "standbyThen", "warmupThen");
    int moved = 0;
    for (TaskMember member : question.members()) {
      TaskAssignment assigned = then.getOrDefault(member.id(), TaskAssignment.NONE);
      table.row(member.id(), member.current().active().size(), assigned.active().size(), StreamsGroups.names(assigned.active()),
          StreamsGroups.names(assigned.standby()), StreamsGroups.names(assigned.warmup()));
      moved += (int) assigned.active().stream().filter(t -> !member.current().active().contains(t)).count();
    }
    new Page(io.out(), json).fact("group", group).fact("assignor", name).fact("movedTasks", moved).table("members", table).print();
  }
}
