package io.margay.shell.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.margay.model.BrokerId;
import io.margay.model.TopicPartition;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The replicas that partitions shall have, the preferred leader first. As a document it is what kafka-reassign-partitions reads and
 * writes: {@code {"version":1,"partitions":[{"topic":"t","partition":0,"replicas":[1,2],"log_dirs":["any","any"]}]}}.
 */
final class ReassignmentPlan {
  /** A larger document is refused; it would be some 200,000 partitions. */
  static final int BYTES_MAX = 32 * 1024 * 1024;
  private static final int VERSION = 1;
  private static final String ANY = "any";
  private static final JsonFactory FACTORY = new JsonFactory();
  private final SortedMap<TopicPartition, List<BrokerId>> replicas = new TreeMap<>();

  /** Adds a partition, once. */
  void add(TopicPartition partition, List<BrokerId> wanted) {
    if (replicas.put(partition, List.copyOf(wanted)) != null) {
      throw new ShellException(PartitionName.of(partition) + " is given twice; leave one out");
    }
  }

  SortedMap<TopicPartition, List<BrokerId>> replicas() {
    return replicas;
  }

  /** For {@link Json}. */
  Map<String, Object> document() {
    List<Map<String, Object>> partitions = new ArrayList<>();
    replicas.forEach((tp, wanted) -> {
      Map<String, Object> partition = new LinkedHashMap<>();
      partition.put("topic", tp.topic());
      partition.put("partition", tp.partition());
      partition.put("replicas", PartitionHealth.ids(wanted));
      partition.put("log_dirs", wanted.stream().map(b -> ANY).toList());
      partitions.add(partition);
    });
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("version", VERSION);
    document.put("partitions", partitions);
    return document;
  }

  /**
   * Adds what a document says.
   *
   * @param name what to call it in messages
   * @throws ShellException when it is no plan
   */
  void read(InputStream in, String name) throws IOException {
    byte[] bytes = in.readNBytes(BYTES_MAX + 1);
    if (bytes.length > BYTES_MAX) {
      throw new ShellException(name + " is larger than " + BYTES_MAX + " bytes; split it into several plans");
    }
    try (JsonParser json = FACTORY.createParser(bytes)) {
      boolean found = false;
      expect(json.nextToken() == JsonToken.START_OBJECT, name, "it is no JSON object");
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        JsonToken value = json.nextToken();
        if (field.equals("version")) {
          expect(value == JsonToken.VALUE_NUMBER_INT && json.getIntValue() == VERSION, name, "its version is not " + VERSION);
        } else if (field.equals("partitions")) {
          expect(value == JsonToken.START_ARRAY, name, "partitions is no list");
          found = true;
          while (json.nextToken() == JsonToken.START_OBJECT) {
            readPartition(json, name);
          }
        } else {
          json.skipChildren();
        }
      }
      expect(found, name, "it has no partitions");
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new ShellException(name + " is no reassignment plan: " + e.getOriginalMessage() + " in line "
          + e.getLocation().getLineNr());
    }
  }

  private void readPartition(JsonParser json, String name) throws IOException {
    String topic = null;
    int index = -1;
    List<BrokerId> wanted = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      JsonToken value = json.nextToken();
      switch (field) {
        case "topic" -> topic = json.getText();
        case "partition" -> index = integer(json, name);
        case "replicas" -> {
          expect(value == JsonToken.START_ARRAY, name, "replicas is no list");
          wanted = new ArrayList<>();
          while (json.nextToken() != JsonToken.END_ARRAY) {
            wanted.add(new BrokerId(integer(json, name)));
          }
        }
        case "log_dirs" -> {
          expect(value == JsonToken.START_ARRAY, name, "log_dirs is no list");
          while (json.nextToken() != JsonToken.END_ARRAY) {
            expect(ANY.equals(json.getText()), name, "log_dirs can only be \"any\": each broker chooses the directory");
          }
        }
        default -> json.skipChildren();
      }
    }
    expect(topic != null && index >= 0 && wanted != null, name, "a partition needs topic, partition and replicas");
    add(new TopicPartition(topic, index), wanted);
  }

  private static int integer(JsonParser json, String name) throws IOException {
    expect(json.currentToken() == JsonToken.VALUE_NUMBER_INT && json.getLongValue() >= 0 && json.getLongValue() <= Integer.MAX_VALUE,
        name, json.getText() + " is no number of a partition or broker");
    return json.getIntValue();
  }

  private static void expect(boolean condition, String name, String what) {
    if (!condition) {
      throw new ShellException(name + " is no reassignment plan: " + what);
    }
  }
}
