package io.margay.shell.internal;

import io.margay.model.BrokerId;
import io.margay.spi.placement.PlacementBroker;
import io.margay.spi.placement.PlacementRequest;
import io.margay.spi.placement.ReplicaPlacer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of scope placement. */
@Command(name = "placement")
final class PlacementCommands {
  static final String SCOPE = "placement";
  private final Requests requests;
  private final Strategies strategies;
  private final CommandFunction.Io io;

  PlacementCommands(Requests requests, Strategies strategies, CommandFunction.Io io) {
    this.requests = requests;
    this.strategies = strategies;
    this.io = io;
  }

  @Needs(Role.VIEW)
  @Command(name = "list", description = "List the placements that are installed.")
  void list(@Option(names = "--json", description = "Print JSON.") boolean json) {
    Table table = new Table("placement");
    strategies.placers().names().forEach(table::row);
    Page.print(io.out(), json, table);
  }

  @Needs(Role.VIEW)
  @Command(name = "simulate", description = "Show where replicas of a new topic would lie, and who leads when a broker is lost.")
  void simulate(@Parameters(paramLabel = "STRATEGY", description = "The placement's name.") String name,
      @Option(names = {"-p", "--partitions"}, paramLabel = "N", defaultValue = "60",
          description = "How many partitions.") int partitions,
      @Option(names = {"-r", "--replication-factor"}, paramLabel = "N", defaultValue = "3",
          description = "Replicas of each.") int factor,
      @Option(names = {"-b", "--brokers"}, paramLabel = "N",
          description = "So many brokers, instead of those there are.") Integer count,
      @Option(names = "--racks", paramLabel = "RACK", split = ",", description = "Brokers in these racks, such as a,a,b,b.")
          List<String> racks,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    List<PlacementBroker> brokers = brokers(count, racks);
    List<List<BrokerId>> placed = Strategies.use(strategies.placers(), name,
        (ReplicaPlacer placer) -> placer.place(new PlacementRequest(brokers, 0, partitions, factor, 0)));
    Table load = new Table("broker", "rack", "leaders", "replicas");
    Table losses = new Table("lostBroker", "leadersMin", "leadersMax", "withoutLeader");
    Map<BrokerId, Integer> leaders = leaders(placed, null);
    for (PlacementBroker broker : brokers) {
      load.row(broker.id(), broker.rack(), leaders.getOrDefault(broker.id(), 0),
          placed.stream().filter(replicas -> replicas.contains(broker.id())).count());
      Map<BrokerId, Integer> after = leaders(placed, broker.id());
      List<Integer> others = brokers.stream().filter(b -> b != broker).map(b -> after.getOrDefault(b.id(), 0)).toList();
      losses.row(broker.id(), others.stream().min(Integer::compare).orElse(0), others.stream().max(Integer::compare).orElse(0),
          partitions - sum(after.values()));
    }
    new Page(io.out(), json).fact("placement", name).fact("partitions", partitions).fact("replicationFactor", factor)
        .table("brokers", load).table("afterLoss", losses).print();
  }

  private List<PlacementBroker> brokers(Integer count, List<String> racks) {
    if (count == null && racks == null) {
      return requests.image().brokers().values().stream().map(b -> new PlacementBroker(b.id(), b.rack(), b.fenced())).toList();
    }
    List<PlacementBroker> brokers = new ArrayList<>();
    for (int i = 0; i < (count == null ? racks.size() : count); i++) {
      brokers.add(new PlacementBroker(new BrokerId(i), racks == null ? null : racks.get(i % racks.size()), false));
    }
    return brokers;
  }

  private static int sum(Collection<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).sum();
  }

  private static Map<BrokerId, Integer> leaders(List<List<BrokerId>> placed, BrokerId lost) {
    Map<BrokerId, Integer> leaders = new TreeMap<>();
    for (List<BrokerId> replicas : placed) {
      replicas.stream().filter(b -> !b.equals(lost)).findFirst().ifPresent(leader -> leaders.merge(leader, 1, Integer::sum));
    }
    return leaders;
  }
}
