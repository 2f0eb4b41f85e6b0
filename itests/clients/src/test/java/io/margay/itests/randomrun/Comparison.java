package io.margay.itests.randomrun;

import static io.margay.itests.randomrun.PartitionRead.check;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.IntegerDeserializer;

/**
 * Reads everything, while nobody writes, and compares it with the model. Retention and compaction go on meanwhile: what they may
 * have removed between two requests is allowed for.
 */
final class Comparison {
  private static final int PROBES = 4;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(120);

  private final Map<Place, PartitionModel> models;
  private final long baseTimestamp;
  private final Random random;
  private long records;

  Comparison(Map<Place, PartitionModel> models, long baseTimestamp, Random random) {
    this.models = models;
    this.baseTimestamp = baseTimestamp;
    this.random = random;
  }

  /** How many records were compared so far. */
  long records() {
    return records;
  }

  void run(String bootstrap) throws Exception {
    Properties p = new Properties();
    p.put("bootstrap.servers", bootstrap);
    p.put("group.id", "comparison");
    p.put("enable.auto.commit", "false");
    p.put("auto.offset.reset", "earliest");
    p.put("fetch.max.wait.ms", "100");
    try (KafkaConsumer<Integer, byte[]> consumer = new KafkaConsumer<>(p, new IntegerDeserializer(), new ByteArrayDeserializer());
        Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      committed(consumer);
      for (PartitionRead read : readAll(consumer)) {
        for (int i = 0; i < PROBES; i++) {
          lookUp(consumer, read);
        }
        highestTimestamp(admin, consumer, read);
        seek(consumer, read);
      }
      commit(consumer);
    }
  }

  private static List<TopicPartition> all() {
    return Place.ALL.stream().map(Place::asKafka).toList();
  }

  private List<PartitionRead> readAll(KafkaConsumer<Integer, byte[]> consumer) {
    Map<TopicPartition, PartitionRead> reads = new HashMap<>();
    Place.ALL.forEach(p -> reads.put(p.asKafka(), new PartitionRead(p, models.get(p), baseTimestamp)));
    Map<TopicPartition, Long> ends = consumer.endOffsets(all());
    consumer.assign(all());
    consumer.seekToBeginning(all());
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (all().stream().anyMatch(tp -> consumer.position(tp) < ends.get(tp))) {
      check(System.nanoTime() < deadline, "not read to the end in two minutes: " + all().stream()
          .map(tp -> tp + " at " + consumer.position(tp) + " of " + ends.get(tp)).collect(Collectors.joining(", ")));
      for (ConsumerRecord<Integer, byte[]> r : consumer.poll(Duration.ofMillis(200))) {
        reads.get(new TopicPartition(r.topic(), r.partition())).add(r);
        records++;
      }
    }
    Map<TopicPartition, Long> starts = consumer.beginningOffsets(all());
    reads.forEach((tp, read) -> read.compare(starts.get(tp), ends.get(tp)));
    return new ArrayList<>(reads.values());
  }

  private static long start(KafkaConsumer<Integer, byte[]> consumer, TopicPartition tp) {
    return consumer.beginningOffsets(List.of(tp)).get(tp);
  }

  /** The first record that is not older than a time: no earlier one that must be there is. */
  private void lookUp(KafkaConsumer<Integer, byte[]> consumer, PartitionRead read) {
    TopicPartition tp = read.place().asKafka();
    if (read.offsets.size() == 0) {
      return;
    }
    long time = read.timestamps.get(random.nextInt(read.timestamps.size())) + random.nextInt(3) - 1;
    OffsetAndTimestamp found = consumer.offsetsForTimes(Map.of(tp, time)).get(tp);
    long start = start(consumer, tp);
    String what = tp + " at time " + time + " found " + found + ", log start " + start;
    long bound = found == null ? Long.MAX_VALUE : found.offset();
    for (int i = read.firstFrom(start); i < read.offsets.size() && read.offsets.get(i) < bound; i++) {
      check(read.timestamps.get(i) < time || read.mayGo(i), what + ", but offset " + read.offsets.get(i) + " has "
          + read.timestamps.get(i));
    }
    if (found != null) {
      int at = read.offsets.indexOf(found.offset());
      check(at >= 0 && read.timestamps.get(at) == found.timestamp() && found.timestamp() >= time, what);
    }
  }

  private void highestTimestamp(Admin admin, KafkaConsumer<Integer, byte[]> consumer, PartitionRead read) throws Exception {
    TopicPartition tp = read.place().asKafka();
    ListOffsetsResultInfo found = admin.listOffsets(Map.of(tp, OffsetSpec.maxTimestamp())).partitionResult(tp)
        .get(30, TimeUnit.SECONDS);
    long start = start(consumer, tp);
    String what = tp + " has its highest timestamp " + found.timestamp() + " at " + found.offset() + ", log start " + start;
    int at = found.offset() < 0 ? -1 : read.offsets.indexOf(found.offset());
    check(found.offset() < 0 ? start >= models.get(read.place()).end() : at >= 0 && read.timestamps.get(at) == found.timestamp(), what);
    for (int i = read.firstFrom(start); i < read.offsets.size(); i++) {
      boolean lower = read.timestamps.get(i) < found.timestamp() || read.timestamps.get(i) == found.timestamp()
          && read.offsets.get(i) >= found.offset();
      check(lower || read.mayGo(i), what + ", but offset " + read.offsets.get(i) + " has " + read.timestamps.get(i));
    }
  }

  private void seek(KafkaConsumer<Integer, byte[]> consumer, PartitionRead read) {
    TopicPartition tp = read.place().asKafka();
    if (read.offsets.size() == 0) {
      return;
    }
    consumer.assign(List.of(tp));
    for (int i = 0; i < PROBES; i++) {
      long last = read.offsets.get(read.offsets.size() - 1);
      long first = read.offsets.get(0);
      long target = first + (long) (random.nextDouble() * (last - first + 1));
      consumer.seek(tp, target);
      List<ConsumerRecord<Integer, byte[]>> got = List.of();
      for (long deadline = System.nanoTime() + PATIENCE_NANOS; got.isEmpty() && System.nanoTime() < deadline;) {
        got = consumer.poll(Duration.ofMillis(200)).records(tp);
      }
      check(!got.isEmpty(), tp + " has nothing at offset " + target + " and behind it");
      long start = start(consumer, tp);
      long offset = got.get(0).offset();
      check(offset >= target && read.offsets.indexOf(offset) >= 0, tp + " at offset " + target + " gave " + offset);
      for (int j = read.firstFrom(Math.max(start, target)); j < read.offsets.size() && read.offsets.get(j) < offset; j++) {
        check(read.mayGo(j), tp + " at offset " + target + " gave " + offset + ", and not " + read.offsets.get(j));
      }
    }
  }

  private void committed(KafkaConsumer<Integer, byte[]> consumer) {
    Map<TopicPartition, OffsetAndMetadata> found = consumer.committed(new HashSet<>(all()));
    models.forEach((place, model) -> {
      OffsetAndMetadata c = found.get(place.asKafka());
      check((c == null ? -1 : c.offset()) == model.committed(), place + " has the committed offset " + c + ", not " + model.committed());
    });
  }

  private void commit(KafkaConsumer<Integer, byte[]> consumer) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    models.forEach((place, model) -> {
      if (random.nextBoolean()) {
        offsets.put(place.asKafka(), new OffsetAndMetadata(random.nextInt(1_000_000)));
      }
    });
    consumer.commitSync(offsets);
    models.forEach((place, model) -> {
      OffsetAndMetadata c = offsets.get(place.asKafka());
      if (c != null) {
        model.commit(c.offset());
      }
    });
  }
}
