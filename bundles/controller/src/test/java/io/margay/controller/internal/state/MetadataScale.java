package io.margay.controller.internal.state;

import io.margay.controller.internal.state.Command.CreateTopics;
import io.margay.controller.internal.state.Command.FenceBroker;
import io.margay.controller.internal.state.Command.InitCluster;
import io.margay.controller.internal.state.Command.NewTopic;
import io.margay.controller.internal.state.Command.RegisterBroker;
import io.margay.controller.internal.state.Command.UnfenceBroker;
import io.margay.metadata.ClusterImage;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Measures the metadata of a large cluster; prints one line per figure. Not a test, since it judges nothing:
 *
 * <pre>
 * java -Xmx2g -cp ... io.margay.controller.internal.state.MetadataScale [brokers] [topics] [partitions of each]
 * </pre>
 */
public final class MetadataScale {
  private static final int REPLICAS = 3;
  private static final int ROUNDS = 5;

  private final MetadataStateMachine machine = new MetadataStateMachine(() -> { });
  private long next;

  private MetadataScale() { }

  /**
   * Measures.
   *
   * @param args brokers, topics and partitions of each; 60, 2000 and 100 when missing
   */
  public static void main(String[] args) {
    int brokers = args.length > 0 ? Integer.parseInt(args[0]) : 60;
    int topics = args.length > 1 ? Integer.parseInt(args[1]) : 2_000;
    int partitions = args.length > 2 ? Integer.parseInt(args[2]) : 100;
    new MetadataScale().measure(brokers, topics, partitions);
  }

  private Object apply(Command command) {
    next++;
    return MetadataStateMachine.result(machine.apply(next - 1, 0, CommandCodec.encode(command))).result();
  }

  private void measure(int brokers, int topics, int partitions) {
    long before = usedBytes();
    apply(new InitCluster("cluster", new TreeMap<>()));
    long[] epochs = new long[brokers];
    for (int i = 0; i < brokers; i++) {
      epochs[i] = (Long) apply(new RegisterBroker(new BrokerId(i), new UUID(i, 1), List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "h", i)),
          "rack" + i % 3, true, Command.FoundData.NONE, new Registration.Defaults(2, false, false, "file")));
    }
    long cpu = cpuMs();
    for (int t = 0; t < topics; t++) {
      apply(new CreateTopics(List.of(topic(t, brokers, partitions))));
    }
    System.out.printf("create %d partitions: %d ms of CPU%n", topics * partitions, cpuMs() - cpu);
    ClusterImage image = machine.takePublication().image();
    System.out.printf("memory: %d bytes per partition%n", (usedBytes() - before) / (topics * partitions));
    for (int round = 0; round < ROUNDS; round++) {
      fence(round, epochs[round], round == 0 ? "first" : "next");
    }
    snapshot(topics * partitions);
    System.out.printf("topics in the first image: %d%n", image.topics().size());
  }

  private static NewTopic topic(int t, int brokers, int partitions) {
    List<List<BrokerId>> replicas = new ArrayList<>();
    for (int p = 0; p < partitions; p++) {
      List<BrokerId> ids = new ArrayList<>();
      for (int r = 0; r < REPLICAS; r++) {
        ids.add(new BrokerId((t + p + r * (1 + p / brokers)) % brokers));
      }
      replicas.add(ids);
    }
    return new NewTopic("topic-" + t, new UUID(7, t), false, replicas, Map.of());
  }

  private void fence(int id, long epoch, String which) {
    long cpu = cpuMs();
    apply(new FenceBroker(new BrokerId(id), epoch));
    MetadataStateMachine.Publication publication = machine.takePublication();
    int[] leaders = new int[2];
    publication.delta().forEachChangedPartition((topic, old, now) -> {
      leaders[0]++;
      leaders[1] += old.leader().equals(now.leader()) ? 0 : 1;
    });
    System.out.printf("fence a broker (%s), %d partitions and %d leaders change, image published and walked: %d ms of CPU%n", which,
        leaders[0], leaders[1], cpuMs() - cpu);
    apply(new UnfenceBroker(new BrokerId(id), epoch));
    machine.takePublication();
  }

  private void snapshot(int partitions) {
    long cpu = cpuMs();
    byte[] snapshot = machine.snapshot();
    System.out.printf("snapshot: %d bytes, %d per partition, %d ms of CPU%n", snapshot.length, snapshot.length / partitions,
        cpuMs() - cpu);
    cpu = cpuMs();
    MetadataStateMachine other = new MetadataStateMachine(() -> { });
    other.restore(next, snapshot);
    other.takePublication();
    System.out.printf("load the snapshot and publish: %d ms of CPU%n", cpuMs() - cpu);
  }

  private static long cpuMs() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1_000_000;
  }

  private static long usedBytes() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
