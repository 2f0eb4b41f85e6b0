package io.margay.itests;

import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * What a user of the Java client does, as a program: it runs on any version of the client from 2.8 on, in a process of its own.
 * Prints OK at the end; ends with an exception when anything is not as expected.
 */
public final class RoundTrip {
  private static final int RECORDS = 1000;
  private static final int PARTITIONS = 3;

  private final String bootstrap;
  private final String topic;
  private final Properties security = new Properties();

  private RoundTrip(String bootstrap, String topic) {
    this.bootstrap = bootstrap;
    this.topic = topic;
  }

  /** @param args bootstrap server, name of a topic that does not exist yet, and a file with further settings of the client, if any */
  public static void main(String[] args) throws Exception {
    RoundTrip r = new RoundTrip(args[0], args[1]);
    if (args.length > 2) {
      try (Reader in = Files.newBufferedReader(Path.of(args[2]))) {
        r.security.load(in);
      }
    }
    try (Admin admin = Admin.create(r.common())) {
      r.createTopic(admin);
      for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
        r.produceAndConsume(codec);
      }
      r.groups(admin);
      r.configs(admin);
      r.offsets(admin);
      r.deletion(admin);
    }
    System.out.println("OK");
  }

  private Properties common() {
    Properties p = new Properties();
    p.putAll(security);
    p.put("bootstrap.servers", bootstrap);
    return p;
  }

  private static void check(boolean condition, String what) {
    if (!condition) {
      throw new IllegalStateException(what);
    }
  }

  private void createTopic(Admin admin) throws Exception {
    admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
    admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(PARTITIONS))).all().get();
    check(admin.listTopics().names().get().contains(topic), "the topic is not listed");
    check(admin.describeCluster().nodes().get().size() == 1, "one node expected");
  }

  private KafkaConsumer<String, String> consumer(String group) {
    Properties p = common();
    p.put("group.id", group);
    p.put("auto.offset.reset", "earliest");
    p.put("enable.auto.commit", "false");
    return new KafkaConsumer<>(p, new StringDeserializer(), new StringDeserializer());
  }

  private void produceAndConsume(String codec) throws Exception {
    Properties p = common();
    p.put("compression.type", codec);
    p.put("acks", "all");
    p.put("enable.idempotence", "true");
    p.put("linger.ms", "5");
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(p, new StringSerializer(), new StringSerializer())) {
      for (int i = 0; i < RECORDS; i++) {
        ProducerRecord<String, String> r = new ProducerRecord<>(topic, "key-" + i % 10, codec + ":" + i);
        r.headers().add("h", Integer.toString(i).getBytes(StandardCharsets.UTF_8));
        sent.add(producer.send(r));
      }
    }
    for (Future<RecordMetadata> f : sent) {
      check(f.get().hasOffset(), "no offset");
    }
    Map<String, Integer> last = new HashMap<>();
    int seen = 0;
    try (KafkaConsumer<String, String> consumer = consumer("codec-" + codec)) {
      consumer.subscribe(List.of(topic));
      long deadline = System.nanoTime() + Duration.ofSeconds(40).toNanos();
      while (seen < RECORDS && System.nanoTime() < deadline) {
        for (ConsumerRecord<String, String> r : consumer.poll(Duration.ofMillis(500))) {
          if (!r.value().startsWith(codec + ":")) {
            continue;
          }
          int n = Integer.parseInt(r.value().substring(codec.length() + 1));
          Integer before = last.put(r.key(), n);
          check(before == null || before < n, "order broken for " + r.key() + ": " + before + " before " + n);
          check(new String(r.headers().lastHeader("h").value(), StandardCharsets.UTF_8).equals(Integer.toString(n)), "header");
          seen++;
        }
      }
      check(seen == RECORDS, codec + ": " + seen + " of " + RECORDS + " records seen");
      consumer.commitSync();
    }
  }

  private void groups(Admin admin) throws Exception {
    try (KafkaConsumer<String, String> consumer = consumer("codec-none")) {
      consumer.subscribe(List.of(topic));
      int again = 0;
      for (int i = 0; i < 6; i++) {
        for (ConsumerRecord<String, String> r : consumer.poll(Duration.ofMillis(300))) {
          again += r.value().startsWith("none:") ? 1 : 0;
        }
      }
      check(again == 0, again + " records came again although they were committed");
      check(consumer.assignment().size() == PARTITIONS, "assignment " + consumer.assignment());
      check(admin.describeConsumerGroups(List.of("codec-none")).all().get().get("codec-none").members().size() == 1, "one member");
    }
    check(admin.listConsumerGroupOffsets("codec-none").partitionsToOffsetAndMetadata().get().size() == PARTITIONS, "offsets");
    check(admin.listConsumerGroups().all().get().size() >= 5, "groups listed");
    admin.deleteConsumerGroups(List.of("codec-gzip")).all().get();
    check(admin.listConsumerGroups().all().get().stream().noneMatch(g -> g.groupId().equals("codec-gzip")), "group deleted");
  }

  private void configs(Admin admin) throws Exception {
    ConfigResource r = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    admin.incrementalAlterConfigs(Map.of(r, List.of(new AlterConfigOp(new ConfigEntry("retention.ms", "7200000"),
        AlterConfigOp.OpType.SET)))).all().get();
    ConfigEntry e = admin.describeConfigs(List.of(r)).all().get().get(r).get("retention.ms");
    check("7200000".equals(e.value()), "retention.ms is " + e.value());
    check(e.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG, "source is " + e.source());
    try {
      admin.incrementalAlterConfigs(Map.of(r, List.of(new AlterConfigOp(new ConfigEntry("retention.ms", "soon"),
          AlterConfigOp.OpType.SET)))).all().get();
      throw new IllegalStateException("an invalid value was accepted");
    } catch (java.util.concurrent.ExecutionException ex) {
      check(ex.getCause() instanceof org.apache.kafka.common.errors.InvalidConfigurationException, "unexpected " + ex.getCause());
    }
  }

  private void offsets(Admin admin) throws Exception {
    TopicPartition tp = new TopicPartition(topic, 0);
    long end = admin.listOffsets(Map.of(tp, OffsetSpec.latest())).partitionResult(tp).get().offset();
    long begin = admin.listOffsets(Map.of(tp, OffsetSpec.earliest())).partitionResult(tp).get().offset();
    check(begin == 0 && end > 0, "offsets " + begin + ".." + end);
    try (KafkaConsumer<String, String> consumer = consumer("offsets")) {
      consumer.assign(List.of(tp));
      consumer.seek(tp, end / 2);
      ConsumerRecord<String, String> middle = consumer.poll(Duration.ofSeconds(10)).records(tp).get(0);
      check(middle.offset() == end / 2, "seek gave " + middle.offset());
      var found = consumer.offsetsForTimes(Map.of(tp, middle.timestamp())).get(tp);
      check(found.timestamp() >= middle.timestamp() && found.offset() <= middle.offset(), "offset by time " + found);
    }
    check(admin.deleteRecords(Map.of(tp, RecordsToDelete.beforeOffset(end / 2))).lowWatermarks().get(tp).get().lowWatermark() == end / 2,
        "low watermark");
    check(admin.listOffsets(Map.of(tp, OffsetSpec.earliest())).partitionResult(tp).get().offset() == end / 2, "earliest moved");
  }

  private void deletion(Admin admin) throws Exception {
    admin.deleteTopics(Arrays.asList(topic)).all().get();
    check(!new TreeSet<>(admin.listTopics().names().get()).contains(topic), "the topic is still listed");
  }
}
