package io.margay.controller.internal;

import io.margay.model.BrokerId;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.placement.PlacementBroker;
import io.margay.spi.placement.PlacementRequest;
import io.margay.spi.placement.ReplicaPlacer;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Strategies for tests. */
public final class FakePlacers {
  private FakePlacers() { }

  /** A strategy "spread" that goes round the brokers. */
  public static NamedServices<ReplicaPlacer> installed() {
    NamedServices<ReplicaPlacer> placers = new NamedServices<>("placement", 100);
    placers.add(FakePlacers::round, Map.of("name", "spread"));
    return placers;
  }

  /** A partitioner "plain" that takes no options. */
  public static NamedServices<Partitioner> partitioners() {
    NamedServices<Partitioner> partitioners = new NamedServices<>("partitioner", 100);
    partitioners.add((Partitioner) options -> {
      if (!options.isEmpty()) {
        throw new IllegalArgumentException("no option " + options + "; expected none");
      }
      return (record, topic) -> 0;
    }, Map.of("name", "plain"));
    return partitioners;
  }

  static List<List<BrokerId>> round(PlacementRequest request) {
    List<BrokerId> brokers = request.usable().stream().map(PlacementBroker::id).toList();
    return IntStream.range(request.from(), request.to()).mapToObj(p -> IntStream.range(p, p + request.replicationFactor())
        .mapToObj(i -> brokers.get(i % brokers.size())).toList()).toList();
  }
}
