package io.margay.shell.internal;

import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.TopicPartition;
import io.margay.spi.config.NodeSettings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of scope reassign. */
@Command(name = "reassign")
final class ReassignCommands {
  static final String SCOPE = "reassign";
  private static final String PLAN = "A file of this server, which needs the role admin, - for the input, or TOPIC:P=1,2,3 with the preferred leader first.";
  private final Requests requests;
  private final NodeSettings settings;
  private final Strategies strategies;
  private final CommandFunction.Io io;

  ReassignCommands(Requests requests, NodeSettings settings, Strategies strategies, CommandFunction.Io io) {
    this.requests = requests;
    this.settings = settings;
    this.strategies = strategies;
    this.io = io;
  }

  @Needs(Role.VIEW)
  @Command(name = "plan", description = "Plan where replicas shall be, without moving any.")
  void plan(@Parameters(arity = "0..*", paramLabel = "TOPIC", description = "Only these topics (default: all).") List<String> topics,
      @Option(names = {"-b", "--brokers"}, paramLabel = "N", split = ",",
          description = "Lay the topics out on these brokers, such as 1,2,3, and no other.") List<Integer> onto,
      @Option(names = "--remove", paramLabel = "N", split = ",",
          description = "Move the replicas of these brokers to others, and nothing else.") List<Integer> removed,
      @Option(names = {"-r", "--replication-factor"}, paramLabel = "N",
          description = "With --brokers: replicas of each partition (default: as many as now).") Integer factor,
      @Option(names = "--placement", paramLabel = "NAME",
          description = "The placement that chooses brokers (default: margay.placement).") String placement,
      @Option(names = "--file", paramLabel = "FILE", description = "Write the plan to a new file of this server; needs the role admin.") String file,
      @Option(names = "--json", description = "Print the plan as kafka-reassign-partitions reads it.") boolean json)
      throws InterruptedException {
    if (file != null) {
      io.requireFiles("--file", "; --json prints the plan");
    }
    if ((onto == null) == (removed == null)) {
      throw new ShellException("reassign:plan needs either --brokers or --remove; broker:list shows the brokers");
    }
    if (factor != null && (onto == null || factor < 1)) {
      throw new ShellException("--replication-factor is a number from 1, together with --brokers");
    }
    Collection<TopicImage> which = topics == null ? requests.image().topics().values()
        : topics.stream().map(requests::topic).toList();
    PlanCommand command = new PlanCommand(requests, strategies, placement == null ? PlanCommand.placement(settings) : placement);
    ReassignmentPlan plan = onto == null ? command.without(which, removed) : command.onto(which, onto, factor);
    if (file != null) {
      PlanCommand.write(plan, file);
    }
    if (json) {
      io.out().println(Json.document(plan.document()));
    } else {
      command.show(plan, file, io.out());
    }
  }

  @Needs(Role.OPERATE)
  @Command(name = "start", description = "Start to move replicas as planned; reads and writes go on.")
  void start(@Parameters(arity = "1..*", paramLabel = "PLAN", description = PLAN) List<String> plans,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    SortedMap<TopicPartition, List<BrokerId>> wanted = new PlanReader(requests, io).read(plans).replicas();
    ClusterImage before = requests.image();
    Map<TopicPartition, String> refused = new Reassignments(requests).alter(wanted, "cannot start the reassignment");
    Table table = new Table("topic", "partition", "replicas", "to", "result");
    wanted.forEach((tp, replicas) -> table.row(tp.topic(), tp.partition(), PartitionHealth.ids(before.partition(tp).replicas()),
        PartitionHealth.ids(replicas), refused.getOrDefault(tp, "started")));
    finish(table, "started", wanted.keySet(), refused, json);
  }

  @Needs(Role.OPERATE)
  @Command(name = "cancel", description = "Stop moving replicas; the partitions keep the replicas that they had.")
  void cancel(@Parameters(arity = "0..*", paramLabel = "TOPIC[:P]", description = "Topics or partitions, such as orders or orders:0.")
          List<String> names,
      @Option(names = {"-a", "--all"}, description = "All that are being moved.") boolean all,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    if (all == (names != null)) {
      throw new ShellException("reassign:cancel needs either topics, partitions, or --all; reassign:status shows what is being moved");
    }
    Reassignments reassignments = new Reassignments(requests);
    SortedMap<TopicPartition, Reassignments.Ongoing> ongoing = reassignments.ongoing();
    if (names != null) {
      ongoing.keySet().retainAll(PartitionName.parseAll(requests, names));
    }
    if (ongoing.isEmpty()) {
      throw new ShellException("no replicas " + (all ? "" : "of " + String.join(", ", names) + " ")
          + "are being moved; reassign:status shows what is");
    }
    Map<TopicPartition, List<BrokerId>> cancelled = new TreeMap<>();
    ongoing.keySet().forEach(tp -> cancelled.put(tp, null));
    Map<TopicPartition, String> refused = reassignments.alter(cancelled, "cannot cancel the reassignment");
    Table table = new Table("topic", "partition", "result");
    cancelled.keySet().forEach(tp -> table.row(tp.topic(), tp.partition(), refused.getOrDefault(tp, "cancelled")));
    finish(table, "cancelled", cancelled.keySet(), refused, json);
  }

  private void finish(Table table, String verb, Collection<TopicPartition> all, Map<TopicPartition, String> refused, boolean json) {
    new Page(io.out(), json).fact(verb, all.size() - refused.size()).fact("refused", refused.size()).table("partitions", table).print();
    if (!refused.isEmpty()) {
      throw new ShellException(PartitionName.some(new ArrayList<>(refused.keySet())) + " could not be " + verb + "; the reasons are "
          + "in the list");
    }
  }

  @Needs(Role.VIEW)
  @Command(name = "status", description = "Show which replicas are being moved, or how far a plan is.")
  void status(@Parameters(arity = "0..*", paramLabel = "PLAN", description = PLAN + " Without: all that are being moved.")
          List<String> plans,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    SortedMap<TopicPartition, List<BrokerId>> wanted = plans == null ? null
        : new PlanReader(requests, io).read(plans).replicas();
    SortedMap<TopicPartition, Reassignments.Ongoing> ongoing = new Reassignments(requests).ongoing();
    if (wanted != null) {
      ongoing.keySet().retainAll(wanted.keySet());
    }
    if (wanted == null && ongoing.isEmpty() && !json) {
      io.out().println("No replicas are being moved.");
      return;
    }
    Map<TopicPartition, ReassignmentProgress> progress = ReassignmentProgress.of(requests, ongoing);
    Page page = new Page(io.out(), json);
    Table table = new Table("topic", "partition", "state", "replicas", "adding", "addingInSync", "removing", "bytes", "bytesTotal");
    int done = 0;
    for (TopicPartition tp : wanted == null ? ongoing.keySet() : wanted.keySet()) {
      ReassignmentProgress moving = progress.get(tp);
      PartitionImage partition = requests.image().partition(tp);
      if (moving != null) {
        Reassignments.Ongoing move = ongoing.get(tp);
        table.row(tp.topic(), tp.partition(), "moving", PartitionHealth.ids(move.replicas()), PartitionHealth.ids(move.adding()),
            moving.inSync(), PartitionHealth.ids(move.removing()), moving.bytes(), moving.bytesTotal());
      } else {
        boolean asPlanned = partition != null && partition.replicas().equals(wanted.get(tp));
        done += asPlanned ? 1 : 0;
        table.row(tp.topic(), tp.partition(), asPlanned ? "done" : "not as planned",
            partition == null ? null : PartitionHealth.ids(partition.replicas()), List.of(), null, List.of(), null, null);
      }
    }
    if (wanted != null) {
      page.fact("done", done).fact("total", wanted.size());
    }
    page.fact("moving", ongoing.size())
        .fact("bytes", ReassignmentProgress.sum(progress.values(), ReassignmentProgress::bytes))
        .fact("bytesTotal", ReassignmentProgress.sum(progress.values(), ReassignmentProgress::bytesTotal))
        .table("partitions", table)
        .print();
  }
}
