package io.margay.shell.internal;

import io.margay.metadata.TopicImage;
import io.margay.spi.partitioner.PartitionerChoice;
import io.margay.spi.partitioner.PartitionerRecord;
import io.margay.spi.partitioner.TopicPartitioner;
import io.margay.spi.partitioner.TopicView;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of scope partitioner. */
@Command(name = "partitioner")
final class PartitionerCommands {
  static final String SCOPE = "partitioner";
  private final Requests requests;
  private final Strategies strategies;
  private final CommandFunction.Io io;

  PartitionerCommands(Requests requests, Strategies strategies, CommandFunction.Io io) {
    this.requests = requests;
    this.strategies = strategies;
    this.io = io;
  }

  @Needs(Role.VIEW)
  @Command(name = "list", description = "List the partitioners that are installed.")
  void list(@Option(names = "--json", description = "Print JSON.") boolean json) {
    Table table = new Table("partitioner");
    strategies.partitioners().names().forEach(table::row);
    Page.print(io.out(), json, table);
  }

  @Needs(Role.VIEW)
  @Command(name = "simulate", description = "Show where the records of a topic would be with a partitioner. Nothing is written.")
  void simulate(@Parameters(paramLabel = "TOPIC", description = "Whose records.") String name,
      @Parameters(paramLabel = "STRATEGY", description = "NAME or NAME:OPTIONS, such as weighted:0=5,1=1.") String strategy,
      @Option(names = {"-n", "--count"}, paramLabel = "N", defaultValue = "100000",
          description = "At most so many records.") long count,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    TopicImage topic = requests.topic(name);
    PartitionerChoice choice = choice(strategy);
    Simulation simulation = new Simulation(topic);
    ConsumeOptions options = new ConsumeOptions();
    options.topic = name;
    options.count = count;
    Strategies.use(strategies.partitioners(), choice.name(), found -> {
      TopicPartitioner partitioner = found.create(choice.options());
      try {
        new Consuming(requests, io, options, (partition, record) -> {
          PartitionerRecord r = new PartitionerRecord(name, record.hasKey() ? record.keyBytes() : null,
              record.hasValue() ? record.valueBytes() : null, record.headers());
          simulation.add(partition, Strategies.checked(partitioner.partition(r, simulation.view), choice.name(), topic), r.key());
        }).run();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return null;
    });
    simulation.print(new Page(io.out(), json), name, choice);
  }

  private static PartitionerChoice choice(String strategy) {
    try {
      return PartitionerChoice.parse(strategy);
    } catch (IllegalArgumentException e) {
      throw new ShellException(e.getMessage());
    }
  }

  /** What is counted. */
  private static final class Simulation {
    private final TopicView view;
    private final long[] now;
    private final long[] then;
    private final Set<ByteBuffer> keys = new HashSet<>();
    private final Set<ByteBuffer> movedKeys = new HashSet<>();
    private long records;
    private long movedRecords;

    Simulation(TopicImage topic) {
      view = Strategies.view(topic);
      now = new long[topic.partitions().size()];
      then = new long[now.length];
    }

    void add(int before, int after, byte[] key) {
      records++;
      now[before]++;
      then[after]++;
      movedRecords += before == after ? 0 : 1;
      if (key != null) {
        ByteBuffer k = ByteBuffer.wrap(key);
        keys.add(k);
        if (before != after) {
          movedKeys.add(k);
        }
      }
    }

    void print(Page page, String topic, PartitionerChoice choice) {
      Table table = new Table("partition", "recordsNow", "recordsThen");
      for (int p = 0; p < now.length; p++) {
        table.row(p, now[p], then[p]);
      }
      page.fact("topic", topic).fact("partitioner", choice.toString()).fact("records", records).fact("movedRecords", movedRecords)
          .fact("keys", keys.size()).fact("movedKeys", movedKeys.size()).table("partitions", table).print();
    }
  }
}
