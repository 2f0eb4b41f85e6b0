package io.margay.controller.internal;

import static io.margay.spi.config.SettingType.BOOLEAN;
import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;
import static io.margay.spi.config.SettingType.PASSWORD;
import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import java.util.List;

/** Settings of topics and brokers that the controller reads. */
@DefinesSettings
public final class ControllerSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Topics and brokers");
  private static final String NEW_TOPIC = "[A-Za-z0-9._-]+(:[1-9]\\d{0,5}(:[1-9]\\d{0,4}(:(compact|delete))?)?)?";
  private static final String WORD = "[a-z0-9][a-z0-9._-]*";

  /** {@code broker.rack}. */
  public static final Setting<String> BROKER_RACK = ALL.broker(STRING, "broker.rack", null)
      .doc("Rack or zone of this node. Replicas are spread over racks.");
  /** {@code max.request.partition.size.limit}. */
  public static final Setting<Integer> MAX_REQUEST_PARTITION_SIZE_LIMIT =
      ALL.broker(INT, "max.request.partition.size.limit", 2000).from(1).live()
      .doc("Partitions in one DescribeTopicPartitions response; the client asks for the rest.");
  /** {@code margay.placement}. */
  public static final Setting<String> MARGAY_PLACEMENT = ALL.broker(STRING, "margay.placement", "spread")
      .matching(WORD, "a name of a-z, 0-9, dot, dash and underscore").live()
      .doc("How the brokers of new partitions are chosen: spread, modulo, rack-aware, or the name of an installed strategy.");
  /** {@code auto.create.topics.enable}. */
  public static final Setting<Boolean> AUTO_CREATE_TOPICS_ENABLE = ALL.broker(BOOLEAN, "auto.create.topics.enable", true).live()
      .doc("Whether a topic is created when a client asks for it.");
  /** {@code delete.topic.enable}. */
  public static final Setting<Boolean> DELETE_TOPIC_ENABLE = ALL.broker(BOOLEAN, "delete.topic.enable", true).live()
      .doc("Whether clients may delete topics.");
  /** {@code num.partitions}. */
  public static final Setting<Integer> NUM_PARTITIONS = ALL.broker(INT, "num.partitions", 1).from(1).live()
      .doc("Partitions of a new topic when the request does not say how many.");
  /** {@code default.replication.factor}. */
  public static final Setting<Integer> DEFAULT_REPLICATION_FACTOR = ALL.broker(INT, "default.replication.factor", 1).from(1).live()
      .doc("Replicas of each partition of a new topic when the request does not say how many.");
  /** {@code margay.max.partitions.per.request}. */
  public static final Setting<Integer> MARGAY_MAX_PARTITIONS_PER_REQUEST =
      ALL.broker(INT, "margay.max.partitions.per.request", 10_000).from(1).live()
      .doc("Partitions that one request may create; a larger request is refused.");
  /** {@code margay.max.config.bytes}. */
  public static final Setting<Integer> MARGAY_MAX_CONFIG_BYTES =
      ALL.broker(INT, "margay.max.config.bytes", 65_536).from(1024).live()
      .doc("Bytes of all setting names and values that one topic, broker or group may have; further changes are refused.");
  /** {@code margay.max.configs.bytes}. */
  public static final Setting<Integer> MARGAY_MAX_CONFIGS_BYTES =
      ALL.broker(INT, "margay.max.configs.bytes", 8 << 20).from(65_536).live()
      .doc("Bytes of all setting names and values that all topics, brokers and groups may have together; further changes are "
          + "refused.");
  /** {@code margay.max.acls}. */
  public static final Setting<Integer> MARGAY_MAX_ACLS = ALL.broker(INT, "margay.max.acls", 100_000).from(1).live()
      .doc("ACLs that there may be; a request for more is refused.");
  /** {@code margay.max.delegation.tokens}. */
  public static final Setting<Integer> MARGAY_MAX_DELEGATION_TOKENS = ALL.broker(INT, "margay.max.delegation.tokens", 10_000).from(1).live()
      .doc("Delegation tokens that there may be, expired ones included; a request for more is refused.");
  /** {@code margay.max.delegation.tokens.bytes}. */
  public static final Setting<Integer> MARGAY_MAX_DELEGATION_TOKENS_BYTES =
      ALL.broker(INT, "margay.max.delegation.tokens.bytes", 8 << 20).from(65_536).live()
      .doc("Bytes of the owners, requesters and renewers of all delegation tokens, expired ones included; a request for more is refused.");
  /** {@code margay.create.topics}. */
  public static final Setting<List<String>> MARGAY_CREATE_TOPICS = ALL.broker(LIST, "margay.create.topics", List.<String>of())
      .matching("(" + NEW_TOPIC + "(," + NEW_TOPIC + ")*)?", "a list of NAME:PARTITIONS:REPLICAS or NAME:PARTITIONS:REPLICAS:POLICY, such "
          + "as orders:3:1,customers:1:1:compact")
      .doc("Topics that are created when the node starts, unless they exist: a list of name:partitions:replicas or "
          + "name:partitions:replicas:cleanup.policy. The environment variable KAFKA_CREATE_TOPICS sets it as well.");

  /** {@code margay.bootstrap.users}. */
  public static final Setting<String> MARGAY_BOOTSTRAP_USERS = ALL.broker(PASSWORD, "margay.bootstrap.users", null)
      .matching(FirstUsers.USER + "(," + FirstUsers.USER + ")*", "a list of SCRAM-SHA-512=[name=USER,password=PASSWORD]")
      .doc("Users that a new cluster begins with: a list of SCRAM-SHA-512=[name=<user>,password=<password>], as kafka-storage.sh takes them. It "
          + "has no effect once there is a cluster; remove it then.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
