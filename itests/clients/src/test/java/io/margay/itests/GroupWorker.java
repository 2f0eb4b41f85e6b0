package io.margay.itests;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A member of a group on a thread of its own: it reads, commits what it has read, and notes every error. */
public final class GroupWorker implements AutoCloseable {
  /** Values that were read, of all workers that share it. */
  public static final class Seen {
    public final Set<String> values = ConcurrentHashMap.newKeySet();
    public final List<Throwable> errors = new CopyOnWriteArrayList<>();
  }

  private final KafkaConsumer<String, String> consumer;
  private final Seen seen;
  private final Thread thread;
  private volatile boolean stopping;
  private volatile Set<String> assigned = Set.of();
  private volatile int losses;

  /** @param subscribe subscribes the consumer, with the listener */
  GroupWorker(String bootstrap, String group, Map<String, String> settings, Seen seen,
      java.util.function.BiConsumer<KafkaConsumer<String, String>, ConsumerRebalanceListener> subscribe) {
    Properties p = new Properties();
    p.putAll(Clients.of(bootstrap));
    p.put("group.id", group);
    p.put("auto.offset.reset", "earliest");
    p.put("enable.auto.commit", "false");
    p.put("metadata.max.age.ms", "1000");
    p.put("max.poll.records", "50");
    p.putAll(settings);
    this.seen = seen;
    this.consumer = new KafkaConsumer<>(p, new StringDeserializer(), new StringDeserializer());
    subscribe.accept(consumer, new ConsumerRebalanceListener() {
      @Override
      public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        // what was read is committed after each poll
      }

      @Override
      public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        // looked at after each poll
      }

      @Override
      public void onPartitionsLost(Collection<TopicPartition> partitions) {
        losses++;
      }
    });
    this.thread = new Thread(this::run, "worker");
    thread.start();
  }

  public static GroupWorker of(String bootstrap, String group, String protocol, Seen seen, String topic, Map<String, String> more) {
    Map<String, String> settings = new java.util.HashMap<>(more);
    settings.put("group.protocol", protocol);
    return new GroupWorker(bootstrap, group, settings, seen, (c, listener) -> c.subscribe(List.of(topic), listener));
  }

  private void run() {
    try (consumer) {
      while (!stopping) {
        step(c -> c.poll(Duration.ofMillis(200)).forEach(this::take));
        assigned = names(consumer.assignment());
        step(KafkaConsumer::commitSync);
      }
    } catch (Throwable e) {
      seen.errors.add(e);
    }
  }

  private void step(Consumer<KafkaConsumer<String, String>> what) {
    try {
      what.accept(consumer);
    } catch (WakeupException e) {
      stopping = true;
    } catch (RebalanceInProgressException e) {
      // only of the classic protocol: it commits after the next poll
    } catch (RuntimeException e) {
      seen.errors.add(e);
    }
  }

  private void take(ConsumerRecord<String, String> record) {
    seen.values.add(record.value());
  }

  private static Set<String> names(Set<TopicPartition> partitions) {
    Set<String> result = new TreeSet<>();
    partitions.forEach(tp -> result.add(tp.toString()));
    return result;
  }

  public Set<String> assigned() {
    return assigned;
  }

  public int losses() {
    return losses;
  }

  /** Leaves the group. */
  @Override
  public void close() {
    stopping = true;
    try {
      thread.join(60_000);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
