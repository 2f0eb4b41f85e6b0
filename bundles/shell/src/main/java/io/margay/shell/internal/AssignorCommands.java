package io.margay.shell.internal;

import io.margay.model.TopicPartition;
import io.margay.spi.assignor.AssignorGroup;
import io.margay.spi.assignor.AssignorMember;
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
    Table table = new Table("assignor");
    strategies.assignors().names().forEach(table::row);
    Page.print(io.out(), json, table);
  }

  @Needs(Role.VIEW)
  @Command(name = "simulate", description = {"Show what the members of a group would get from an assignor.",
      "Members of a consumer group count with their subscriptions by name; each other member counts as a subscriber of all topics that "
      + "the group reads now. Nothing is changed."})
  void simulate(@Parameters(paramLabel = "GROUP", description = "Which.") String group,
      @Parameters(paramLabel = "ASSIGNOR", description = "Its name.") String name,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
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
}
