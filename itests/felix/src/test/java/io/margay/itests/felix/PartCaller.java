package io.margay.itests.felix;

import io.margay.itests.osgi.KafkaRoundTrip;
import io.margay.itests.osgi.Pulse;
import io.margay.itests.osgi.Traffic;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Utils;

/** Somebody who needs a part all the time, and notes how long answers take and what went wrong, until it is closed. */
interface PartCaller extends AutoCloseable {
  /** A stretch of time begins. */
  void begin() throws IOException;

  /** @return what it was like since then */
  Pulse.Stretch end() throws IOException;

  /** Ends. @return what was not as it has to be */
  List<String> problems() throws Exception;

  @Override
  void close() throws IOException;

  /** One call. */
  interface Call {
    void run() throws Exception;
  }

  /** Commits an offset of a group without members, again and again, and one of another group in a transaction. */
  static PartCaller committing(FelixBroker broker, String topic) throws Exception {
    Transactor transactor = new Transactor(broker, topic);
    KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
        Map.of("bootstrap.servers", broker.bootstrap(), "group.id", topic + "-committer", "enable.auto.commit", false),
        new ByteArrayDeserializer(), new ByteArrayDeserializer());
    TopicPartition tp = new TopicPartition(topic, 0);
    long[] offset = new long[1];
    return new Repeated(5, () -> {
      consumer.commitSync(Map.of(tp, new OffsetAndMetadata(++offset[0])), Duration.ofSeconds(60));
      transactor.commit();
    }, () -> {
          long stored = consumer.committed(Set.of(tp)).get(tp).offset();
          if (stored != offset[0]) {
            throw new IllegalStateException("offset " + offset[0] + " was committed, but " + stored + " is stored");
          }
          consumer.close();
          transactor.close();
        });
  }

  /** Commits transactions with records and an offset, again and again. */
  static PartCaller transacting(FelixBroker broker, String topic) throws Exception {
    Transactor transactor = new Transactor(broker, topic);
    return new Repeated(5, transactor::commit, transactor::close);
  }

  /** Consumes as a member of a share group, and accepts every record. */
  static PartCaller sharing(FelixBroker broker, String topic) throws Exception {
    Sharer sharer = new Sharer(broker, topic);
    return new Repeated(5, sharer::share, sharer::close);
  }

  /** Creates topics, whose replicas a strategy places, and deletes them. */
  static PartCaller creatingTopics(FelixBroker broker, String topic) {
    Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", broker.bootstrap()));
    int[] number = new int[1];
    return new Repeated(20, () -> {
      String name = topic + "-created-" + number[0]++;
      admin.createTopics(List.of(new NewTopic(name, 2, (short) 1))).all().get();
      admin.deleteTopics(List.of(name)).all().get();
    }, admin::close);
  }

  /** Asks the shell what an assignor would give to the members of a group. */
  static PartCaller simulatingAssignment(FelixBroker broker, String group) {
    return new Repeated(20, () -> {
      String answer = broker.control("shell assignor:simulate " + group + " range");
      if (!answer.contains("Moved partitions: 0")) {
        throw new IllegalStateException("the shell answered: " + answer);
      }
    }, () -> { });
  }

  /** Produces inside the container, so that a partitioner of the server chooses the partitions. */
  static PartCaller producingInside(FelixBroker broker, String topic) throws Exception {
    KafkaRoundTrip.createTopic(broker.bootstrap(), topic, Traffic.PARTITIONS, Map.of("margay.partitioner", "murmur2"));
    broker.run("load-start " + topic);
    return new Inside(broker, topic);
  }

  /** A call, again and again, at a fixed rate, and one when it ends. */
  final class Repeated implements PartCaller {
    private final Pulse pulse = new Pulse(1);
    private final ConcurrentLinkedQueue<String> problems = new ConcurrentLinkedQueue<>();
    private final long periodNanos;
    private final Call call;
    private final Call last;
    private final Thread thread = new Thread(this::run, "itest-part-caller");
    private volatile boolean calling = true;

    Repeated(long periodMs, Call call, Call last) {
      this.periodNanos = TimeUnit.MILLISECONDS.toNanos(periodMs);
      this.call = call;
      this.last = last;
      thread.start();
    }

    private void run() {
      while (calling) {
        long since = System.nanoTime();
        if (succeeds(call)) {
          pulse.answered(0, since);
        }
        long left = since + periodNanos - System.nanoTime();
        if (left > 0) {
          LockSupport.parkNanos(left);
        }
      }
      succeeds(last);
    }

    private boolean succeeds(Call what) {
      try {
        what.run();
        return true;
      } catch (Exception e) {
        problems.add("a call failed: " + e);
        return false;
      }
    }

    @Override
    public void begin() {
      pulse.begin();
    }

    @Override
    public Pulse.Stretch end() {
      return pulse.end();
    }

    @Override
    public List<String> problems() throws InterruptedException {
      calling = false;
      thread.join();
      return List.copyOf(problems);
    }

    @Override
    public void close() {
      calling = false;
    }
  }

  /** What happens in the container is asked for by commands. */
  final class Inside implements PartCaller {
    private final FelixBroker broker;
    private final String topic;
    private boolean ended;

    Inside(FelixBroker broker, String topic) {
      this.broker = broker;
      this.topic = topic;
    }

    @Override
    public void begin() throws IOException {
      broker.run("load-begin");
    }

    @Override
    public Pulse.Stretch end() throws IOException {
      return Pulse.Stretch.parse(broker.control("load-end"));
    }

    /** All were written once, where the strategy that is named puts them, and in order. */
    @Override
    public List<String> problems() throws IOException {
      ended = true;
      List<String> problems = new ArrayList<>();
      List<String> lines = broker.control("load-stop").lines().toList();
      lines.stream().filter(l -> l.startsWith("!")).map(l -> l.substring(1)).forEach(problems::add);
      List<String> read = KafkaRoundTrip.consume(broker.bootstrap(), topic, topic + "-group", lines.size() - problems.size());
      if (new HashSet<>(read).size() != lines.size() - problems.size()) {
        problems.add(lines.size() + " records were sent from inside, " + read.size() + " were read");
      }
      long[] offsets = new long[Traffic.PARTITIONS];
      for (String line : lines.stream().filter(l -> !l.startsWith("!"))
          .sorted((a, b) -> Integer.compare(number(a), number(b))).toList()) {
        String[] words = line.split(" ");
        int partition = Integer.parseInt(words[1]);
        if (partition != Utils.toPositive(Utils.murmur2(Utils.utf8(words[0]))) % Traffic.PARTITIONS) {
          problems.add("record " + words[0] + " is in partition " + partition);
        }
        if (Long.parseLong(words[2]) != offsets[partition]++) {
          problems.add("record " + words[0] + " is at offset " + words[2] + " of partition " + partition);
          break;
        }
      }
      return problems;
    }

    private static int number(String line) {
      return Integer.parseInt(line.substring(0, line.indexOf(' ')));
    }

    @Override
    public void close() throws IOException {
      if (!ended) {
        broker.control("load-stop");
      }
    }
  }
}
