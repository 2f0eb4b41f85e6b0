package io.margay.mirror.internal;

import io.margay.model.ForeignPattern;
import io.margay.spi.client.Access;
import io.margay.spi.partitioner.PartitionerChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The fields of a link, checked. Immutable.
 *
 * @param name the link's name
 * @param given the fields as they were given, by name
 * @param bootstrap addresses of brokers of the source
 * @param topics what is mirrored
 * @param paused whether nothing is fetched
 * @param fetch bounds of fetching
 * @param sync what else is kept equal
 */
record LinkConfig(String name, SortedMap<String, String> given, List<Address> bootstrap, Topics topics, boolean paused,
    Fetching fetch, Sync sync) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final List<String> FIELDS = List.of("bootstrap.servers", "topics", "mode", "prefix", "paused", "start", "fetch.max.bytes",
      "fetch.wait.max.ms", "bandwidth.bytes.per.second", "sync.interval.ms", "sync.topic.configs", "sync.groups", "sync.acls", "replication.factor",
      "on.divergence",
      "partitions", "partitioner", "security.protocol");
  private static final List<String> PROTOCOLS = List.of("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL");
  private static final String REPARTITIONED = "repartitioned";
  private static final int PARTITIONS_MAX = 100_000;
  private static final int BYTES_MIN = 64 << 10;
  private static final int BYTES_MAX = 1 << 30;

  /** Where a broker listens. */
  record Address(String host, int port) {
    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  /**
   * What is mirrored.
   *
   * @param patterns what the names of topics must match, one of them
   * @param prefix what the name of a mirror begins with; empty in the mode identical
   * @param start where new mirrors begin: -2 at the first offset, -1 at the end, otherwise at a timestamp
   * @param repartition how records are partitioned again; null when batches are taken as they are
   */
  record Topics(List<ForeignPattern> patterns, String prefix, long start, Repartition repartition) { }

  /**
   * How records are partitioned again.
   *
   * @param partitions of topics that the link creates; -1 for the cluster's default
   * @param partitioner chooses the partition
   */
  record Repartition(int partitions, PartitionerChoice partitioner) { }

  /**
   * Bounds of fetching.
   *
   * @param maxBytes size of an answer of one broker, and so the memory that fetching from it takes
   * @param waitMaxMs how long the source may wait for records, milliseconds
   * @param bytesPerSecond of the whole link on this broker; 0 for no limit
   */
  record Fetching(int maxBytes, int waitMaxMs, long bytesPerSecond) { }

  /**
   * What else is kept equal.
   *
   * @param intervalMs milliseconds between two looks at the source's topics, configs and groups
   * @param topicConfigs whether the configs of topics follow
   * @param groups what the ids of groups must match whose offsets follow; empty for none
   * @param principals what the principals must match whose ACLs follow; empty for no ACLs at all
   * @param replicationFactor of new mirrors; -1 for the cluster's default
   * @param cuts whether a mirror that has diverged is cut to what the source has
   */
  record Sync(int intervalMs, boolean topicConfigs, List<ForeignPattern> groups, List<ForeignPattern> principals, int replicationFactor,
      boolean cuts) { }

  /**
   * Checks the fields of a link.
   *
   * @throws IllegalArgumentException whose message names the field that is wrong, and says what was expected
   */
  static LinkConfig of(String name, Map<String, String> fields) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("invalid name " + name + " of a link: expected 1 to 64 of A-Z, a-z, 0-9, dot, dash and underscore");
    }
    for (Map.Entry<String, String> field : fields.entrySet()) {
      if (!FIELDS.contains(field.getKey())) {
        throw new IllegalArgumentException("unknown field " + field.getKey() + " of link " + name + "; the fields are "
            + String.join(", ", FIELDS));
      }
      if (field.getValue().indexOf(';') >= 0 || field.getValue().indexOf('\n') >= 0) {
        throw invalid(field.getKey(), field.getValue(), "no semicolon or line end");
      }
    }
    String protocol = fields.getOrDefault("security.protocol", "PLAINTEXT");
    if (!PROTOCOLS.contains(protocol) || name.indexOf('.') >= 0 && !protocol.equals("PLAINTEXT")) {
      throw invalid("security.protocol", protocol, "one of " + PROTOCOLS + ", and a link's name without a dot for all but PLAINTEXT");
    }
    String mode = fields.getOrDefault("mode", "identical");
    if (!List.of("identical", "prefixed", REPARTITIONED).contains(mode)) {
      throw invalid("mode", mode, "identical, prefixed or repartitioned");
    }
    if (mode.equals("identical") && fields.containsKey("prefix")) {
      throw invalid("prefix", fields.get("prefix"), "no prefix in the mode identical");
    }
    String prefix = fields.getOrDefault("prefix", mode.equals("prefixed") ? name + "." : "");
    if ((mode.equals("prefixed") || !prefix.isEmpty()) && !NAME.matcher(prefix).matches()) {
      throw invalid("prefix", prefix, "1 to 64 of A-Z, a-z, 0-9, dot, dash and underscore");
    }
    return new LinkConfig(name, new TreeMap<>(fields), addresses(fields.get("bootstrap.servers")),
        new Topics(patterns("topics", fields.get("topics"), true), prefix, start(fields.getOrDefault("start", "earliest")),
            repartition(mode, fields)),
        bool(fields, "paused", false),
        new Fetching((int) number(fields, "fetch.max.bytes", 16 << 20, BYTES_MIN, BYTES_MAX),
            (int) number(fields, "fetch.wait.max.ms", 500, 0, 30_000),
            number(fields, "bandwidth.bytes.per.second", 0, 0, Long.MAX_VALUE)),
        new Sync((int) number(fields, "sync.interval.ms", 5_000, 100, 3_600_000), bool(fields, "sync.topic.configs", true),
            patterns("sync.groups", fields.getOrDefault("sync.groups", ".*"), false),
            patterns("sync.acls", fields.getOrDefault("sync.acls", ".*"), false),
            (int) number(fields, "replication.factor", -1, -1, Short.MAX_VALUE), cuts(fields.getOrDefault("on.divergence", "stop"))));
  }

  /** How brokers of the source are reached: the settings are those of a listener with the link's name, so that no secret is in the link. */
  Access access() {
    String protocol = given.getOrDefault("security.protocol", "PLAINTEXT");
    return protocol.equals("PLAINTEXT") ? Access.PLAINTEXT : new Access(protocol, name, null);
  }

  /** Reads what {@link #text} writes. */
  static SortedMap<String, String> fields(String text) {
    SortedMap<String, String> fields = new TreeMap<>();
    for (String part : text.split(";")) {
      if (!part.isBlank()) {
        int equals = part.indexOf('=');
        if (equals < 0) {
          throw new IllegalArgumentException("invalid part " + part.strip() + " of a link: expected FIELD=VALUE");
        }
        String field = part.substring(0, equals).strip();
        if (fields.put(field, part.substring(equals + 1).strip()) != null) {
          throw new IllegalArgumentException("the field " + field + " of a link is given twice");
        }
      }
    }
    return fields;
  }

  /** The fields as one line. */
  static String text(SortedMap<String, String> fields) {
    List<String> parts = new ArrayList<>();
    fields.forEach((field, value) -> parts.add(field + "=" + value));
    return String.join("; ", parts);
  }

  private static IllegalArgumentException invalid(String field, String value, String expected) {
    return new IllegalArgumentException("invalid value " + value + " of field " + field + ": expected " + expected);
  }

  private static List<Address> addresses(String text) {
    List<Address> addresses = new ArrayList<>();
    for (String each : text == null ? new String[0] : text.split(",")) {
      String address = each.strip();
      int colon = address.lastIndexOf(':');
      if (colon < 1 || !address.substring(colon + 1).matches("[0-9]{1,5}") || Integer.parseInt(address.substring(colon + 1)) < 1
          || Integer.parseInt(address.substring(colon + 1)) > 65_535) {
        throw invalid("bootstrap.servers", text, "HOST:PORT, several separated by commas");
      }
      String host = address.substring(0, colon);
      addresses.add(new Address(host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host,
          Integer.parseInt(address.substring(colon + 1))));
    }
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("the field bootstrap.servers is missing: expected HOST:PORT, several separated by commas");
    }
    return List.copyOf(addresses);
  }

  private static List<ForeignPattern> patterns(String field, String text, boolean required) {
    List<ForeignPattern> patterns = new ArrayList<>();
    for (String each : text == null ? new String[0] : text.split(",")) {
      if (!each.isBlank()) {
        try {
          patterns.add(ForeignPattern.of(each.strip()));
        } catch (IllegalArgumentException e) {
          throw invalid(field, text, "names or regular expressions, separated by commas; " + e.getMessage());
        }
      }
    }
    if (required && patterns.isEmpty()) {
      throw new IllegalArgumentException("the field " + field + " is missing: expected names or regular expressions, separated by commas");
    }
    return List.copyOf(patterns);
  }

  private static boolean bool(Map<String, String> fields, String field, boolean otherwise) {
    String value = fields.get(field);
    if (value != null && !value.equals("true") && !value.equals("false")) {
      throw invalid(field, value, "true or false");
    }
    return value == null ? otherwise : value.equals("true");
  }

  private static long number(Map<String, String> fields, String field, long otherwise, long min, long max) {
    String value = fields.get(field);
    if (value == null) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(value);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw invalid(field, value, "a number from " + min + " to " + max);
    }
    throw invalid(field, value, "a number from " + min + " to " + max);
  }

  private static boolean cuts(String value) {
    if (!value.equals("stop") && !value.equals("cut")) {
      throw invalid("on.divergence", value, "stop or cut");
    }
    return value.equals("cut");
  }

  private static long start(String value) {
    return switch (value) {
      case "earliest" -> -2;
      case "latest" -> -1;
      default -> {
        if (!value.matches("[0-9]{1,18}")) {
          throw invalid("start", value, "earliest, latest, or milliseconds since 1970");
        }
        yield Long.parseLong(value);
      }
    };
  }

  private static Repartition repartition(String mode, Map<String, String> fields) {
    if (!mode.equals(REPARTITIONED)) {
      for (String field : List.of("partitions", "partitioner")) {
        if (fields.containsKey(field)) {
          throw invalid(field, fields.get(field), "no such field but in the mode repartitioned");
        }
      }
      return null;
    }
    long partitions = number(fields, "partitions", -1, 1, PARTITIONS_MAX);
    String partitioner = fields.getOrDefault("partitioner", "murmur2");
    if (!partitioner.matches("[a-z0-9][a-z0-9._-]*(:.*)?")) {
      throw invalid("partitioner", partitioner, "NAME or NAME:OPTIONS, with a name of a-z, 0-9, dot, dash and underscore");
    }
    return new Repartition((int) partitions, PartitionerChoice.parse(partitioner));
  }

  /** Whether topics here are others than those of the source, and not mirrors that take their place. */
  boolean makesCopies() {
    return !topics.prefix().isEmpty() || topics.repartition() != null;
  }

  /** Whether a topic of the source belongs to the link. Internal topics never do. */
  boolean covers(String topic) {
    return !topic.startsWith("__") && topics.patterns().stream().anyMatch(p -> p.matches(topic));
  }

  /** Whether the offsets of a group follow. */
  boolean coversGroup(String group) {
    return sync.groups().stream().anyMatch(p -> p.matches(group));
  }

  /** Whether rights follow that a principal has at the source. */
  boolean coversPrincipal(String principal) {
    return sync.principals().stream().anyMatch(p -> p.matches(principal));
  }

  /**
   * The state of a partition that this broker does not mirror now.
   *
   * @param here whether it is the one that has to
   */
  String without(boolean here) {
    return paused ? "paused" : here ? "waiting" : "remote";
  }

  /** The name of the mirror of a topic. */
  String target(String topic) {
    return topics.prefix() + topic;
  }
}
