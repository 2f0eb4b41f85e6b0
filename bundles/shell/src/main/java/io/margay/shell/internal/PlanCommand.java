package io.margay.shell.internal;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.TopicPartition;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.placement.ReplicaPlacer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What {@code reassign:plan} does: checks the brokers, plans, shows or writes the plan. */
final class PlanCommand {
  private static final String SETTING = "margay.placement";
  private static final String DEFAULT_PLACEMENT = "spread";
  private final Requests requests;
  private final Strategies strategies;
  private final String placement;

  PlanCommand(Requests requests, Strategies strategies, String placement) {
    this.requests = requests;
    this.strategies = strategies;
    this.placement = placement;
  }

  /** The placement of new topics. The controller defines the setting; without it, its default. */
  static String placement(NodeSettings settings) {
    Setting<?> setting = settings.definition(Setting.Scope.BROKER, SETTING);
    return setting == null ? DEFAULT_PLACEMENT : String.valueOf(settings.get(setting));
  }

  /** As {@link ReassignmentPlanner#onto}. */
  ReassignmentPlan onto(Collection<TopicImage> topics, List<Integer> ids, Integer factor) throws InterruptedException {
    List<BrokerImage> brokers = new ArrayList<>();
    for (int id : new java.util.TreeSet<>(ids)) {
      BrokerImage broker = requests.broker(id);
      if (!broker.active()) {
        throw new ShellException("broker " + id + " is " + (broker.fenced() ? "fenced" : "shutting down")
            + " and cannot get replicas; start it, or leave it out");
      }
      brokers.add(broker);
    }
    return use(planner -> planner.onto(topics, brokers, factor));
  }

  /** As {@link ReassignmentPlanner#without}. A broker that is not registered any more can be removed, too. */
  ReassignmentPlan without(Collection<TopicImage> topics, List<Integer> ids) throws InterruptedException {
    Set<BrokerId> held = topics.stream().flatMap(t -> t.partitions().stream()).flatMap(p -> p.replicas().stream())
        .collect(Collectors.toSet());
    for (int id : ids) {
      if (id < 0 || !held.contains(new BrokerId(id))) {
        requests.broker(id);
      }
    }
    Set<BrokerId> removed = ids.stream().map(BrokerId::new).collect(Collectors.toSet());
    return use(planner -> planner.without(topics, removed));
  }

  private ReassignmentPlan use(java.util.function.Function<ReassignmentPlanner, ReassignmentPlan> work) throws InterruptedException {
    ClusterImage image = requests.image();
    return Strategies.use(strategies.placers(), placement, (ReplicaPlacer placer) ->
        work.apply(new ReassignmentPlanner(image, placer::place)));
  }

  /** Writes a plan to a file that must not exist. */
  static void write(ReassignmentPlan plan, String file) {
    Path path = Path.of(file).toAbsolutePath();
    try {
      Files.writeString(path, Json.document(plan.document()) + "\n", StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      throw new ShellException(path + " exists already; choose another name");
    } catch (IOException e) {
      throw new ShellException("cannot write " + path + ": " + e + "; choose another file");
    }
  }

  /** Shows a plan to people. */
  void show(ReassignmentPlan plan, String file, PrintStream out) throws InterruptedException {
    ClusterImage image = requests.image();
    Map<TopicPartition, List<BrokerId>> wanted = plan.replicas();
    Map<TopicPartition, LogSizes.Replica> sizes = new LogSizes(requests).largest(wanted.keySet());
    Table partitions = new Table("topic", "partition", "replicas", "to", "copyTo", "sizeBytes");
    int copies = 0;
    long bytes = 0;
    for (Map.Entry<TopicPartition, List<BrokerId>> e : wanted.entrySet()) {
      List<BrokerId> now = ReassignmentPlanner.target(image.partition(e.getKey()));
      List<BrokerId> added = e.getValue().stream().filter(b -> !now.contains(b)).toList();
      LogSizes.Replica size = sizes.get(e.getKey());
      copies += added.size();
      bytes += size == null ? 0 : size.sizeBytes() * added.size();
      partitions.row(e.getKey().topic(), e.getKey().partition(), PartitionHealth.ids(now), PartitionHealth.ids(e.getValue()),
          PartitionHealth.ids(added), size == null ? null : (Long) size.sizeBytes());
    }
    if (wanted.isEmpty()) {
      out.println("Nothing is to be moved.");
      return;
    }
    new Page(out, false).fact("placement", placement).fact("partitions", wanted.size()).fact("copies", copies)
        .fact(sizes.size() < wanted.size() ? "bytesKnown" : "bytes", bytes)
        .table("partitions", partitions).table("brokers", brokers(image, wanted)).print();
    out.println("\n" + (file != null ? "Wrote the plan to " + Path.of(file).toAbsolutePath() + "; reassign:start " + file
        + " starts it." : "Nothing has been moved. --file FILE writes the plan for reassign:start; --json prints it."));
  }

  private static Table brokers(ClusterImage image, Map<TopicPartition, List<BrokerId>> wanted) {
    Map<BrokerId, int[]> counts = new TreeMap<>();
    image.brokers().keySet().forEach(b -> counts.put(b, new int[4]));
    image.topics().values().forEach(topic -> topic.partitions().forEach(p -> {
      List<BrokerId> now = ReassignmentPlanner.target(p);
      count(counts, now, 0);
      count(counts, wanted.getOrDefault(new TopicPartition(topic.name(), p.index()), now), 1);
    }));
    Table table = new Table("broker", "replicas", "replicasAfter", "preferred", "preferredAfter");
    counts.forEach((broker, c) -> table.row(broker.value(), c[0], c[1], c[2], c[3]));
    return table;
  }

  private static void count(Map<BrokerId, int[]> counts, List<BrokerId> replicas, int which) {
    replicas.forEach(b -> counts.computeIfAbsent(b, x -> new int[4])[which]++);
    replicas.stream().limit(1).forEach(b -> counts.get(b)[2 + which]++);
  }
}
