package io.margay.controller.internal.handlers;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.controller.internal.JulLogLevels;
import io.margay.controller.internal.LogLevels;
import io.margay.metadata.ConfigResource;
import io.margay.protocol.Errors;
import io.margay.protocol.message.AlterConfigsRequest;
import io.margay.protocol.message.AlterConfigsResponse;
import io.margay.protocol.message.DescribeConfigsRequest;
import io.margay.protocol.message.DescribeConfigsRequest.DescribeConfigsResource;
import io.margay.protocol.message.DescribeConfigsResponse;
import io.margay.protocol.message.DescribeConfigsResponse.DescribeConfigsResourceResult;
import io.margay.protocol.message.DescribeConfigsResponse.DescribeConfigsResult;
import io.margay.protocol.message.IncrementalAlterConfigsRequest;
import io.margay.protocol.message.IncrementalAlterConfigsRequest.AlterConfigsResource;
import io.margay.protocol.message.IncrementalAlterConfigsRequest.AlterableConfig;
import io.margay.protocol.message.IncrementalAlterConfigsResponse;
import io.margay.protocol.message.IncrementalAlterConfigsResponse.AlterConfigsResourceResponse;
import io.margay.protocol.message.ListConfigResourcesRequest;
import io.margay.protocol.message.ListConfigResourcesResponse;
import io.margay.spi.config.Setting;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigHandlersTest extends HandlerTest {
  private static final byte SET = 0;
  private static final byte DELETE = 1;
  private static final byte APPEND = 2;
  private static final byte SUBTRACT = 3;
  private static final byte TOPIC = 2;
  private static final byte BROKER = 4;
  private static final byte LOGGER = 8;
  private static final byte GROUP = 32;

  /** Log levels in a map. */
  private static final class MapLevels implements LogLevels {
    private final SortedMap<String, String> map = new TreeMap<>(Map.of("root", "INFO", "io.margay", "INFO"));

    @Override
    public SortedMap<String, String> levels() {
      return map;
    }

    @Override
    public boolean exists(String logger) {
      return map.containsKey(logger);
    }

    @Override
    public void set(String logger, String level) {
      map.put(logger, level);
    }

    @Override
    public void unset(String logger) {
      map.put(logger, map.get("root"));
    }
  }

  private final MapLevels levels = new MapLevels();

  private DescribeConfigsResult describe(int version, int type, String name, List<String> keys) throws Exception {
    DescribeConfigsRequest request = new DescribeConfigsRequest().setIncludeDocumentation(version >= 3).setIncludeSynonyms(true)
        .setResources(List.of(new DescribeConfigsResource().setResourceType((byte) type).setResourceName(name)
            .setConfigurationKeys(keys)));
    return ask(new DescribeConfigsHandler(controller, levels), version, request, DescribeConfigsResponse::new).results().get(0);
  }

  private DescribeConfigsResourceResult one(int type, String name, String key) throws Exception {
    return describe(4, type, name, List.of(key)).configs().get(0);
  }

  private AlterConfigsResourceResponse alter(int type, String name, AlterableConfig... configs) throws Exception {
    IncrementalAlterConfigsRequest request = new IncrementalAlterConfigsRequest().setResources(List.of(new AlterConfigsResource()
        .setResourceType((byte) type).setResourceName(name).setConfigs(List.of(configs))));
    return ask(new IncrementalAlterConfigsHandler(controller, levels), 1, request, IncrementalAlterConfigsResponse::new)
        .responses().get(0);
  }

  private static AlterableConfig edit(String name, byte operation, String value) {
    return new AlterableConfig().setName(name).setConfigOperation(operation).setValue(value);
  }

  private static Errors error(AlterConfigsResourceResponse response) {
    return Errors.forCode(response.errorCode());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void describesEverySettingOfATopic(int version) throws Exception {
    createTopic("a", 1, Map.of("retention.ms", "77"));
    DescribeConfigsResult result = describe(version, TOPIC, "a", null);
    assertThat(result.errorCode()).isZero();
    assertThat(result.configs()).extracting(DescribeConfigsResourceResult::name).containsExactlyInAnyOrderElementsOf(
        settings.definitions(Setting.Scope.TOPIC).stream().map(Setting::name).filter(name -> !name.startsWith("internal.")).toList());
    DescribeConfigsResourceResult retention =
        result.configs().stream().filter(c -> c.name().equals("retention.ms")).findFirst().orElseThrow();
    assertThat(retention.value()).isEqualTo("77");
    assertThat(retention.configSource()).isEqualTo((byte) 1);
    assertThat(retention.readOnly()).isFalse();
    assertThat(retention.synonyms()).extracting(s -> s.source()).contains((byte) 1, (byte) 5);
    if (version >= 3) {
      assertThat(retention.documentation()).isNotBlank();
      assertThat(retention.configType()).isEqualTo((byte) 5);
    }
  }

  @Test
  void aSettingForTestsIsShownOnlyWhereItIsSet() throws Exception {
    createTopic("a", 1, Map.of("internal.segment.bytes", "2048"));
    assertThat(describe(4, TOPIC, "a", null).configs()).anySatisfy(c -> {
      assertThat(c.name()).isEqualTo("internal.segment.bytes");
      assertThat(c.value()).isEqualTo("2048");
    });
  }

  @Test
  void aSettingOfATopicThatDoesNothingIsRefused() throws Exception {
    assertThat(createTopic("a", 1, Map.of("remote.storage.enable", "true"))).isEqualTo(Errors.INVALID_CONFIG);
    assertThat(createTopic("a", 1, Map.of("preallocate", "true"))).isEqualTo(Errors.INVALID_CONFIG);
    assertThat(createTopic("a", 1, Map.of("remote.storage.enable", " FALSE ", "unclean.leader.election.enable", "TRUE",
        "leader.replication.throttled.replicas", "0:1"))).as("what is so in any case").isEqualTo(Errors.NONE);
  }

  @Test
  void describesThisBrokerAndNoOther() throws Exception {
    settings.with("num.partitions", "5").with("ssl.key.password", "hidden");
    assertThat(describe(4, BROKER, "1", null).configs()).hasSameSizeAs(settings.definitions(Setting.Scope.BROKER));
    assertThat(one(BROKER, "1", "num.partitions").value()).isEqualTo("5");
    assertThat(one(BROKER, "1", "num.partitions").configSource()).isEqualTo((byte) 4);
    DescribeConfigsResourceResult secret = one(BROKER, "1", "ssl.key.password");
    assertThat(secret.value()).isNull();
    assertThat(secret.isSensitive()).isTrue();
    assertThat(secret.synonyms()).allSatisfy(s -> assertThat(s.value()).isNull());
    assertThat(one(BROKER, "1", "node.id").readOnly()).isTrue();
    assertThat(describe(4, BROKER, "2", null).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    assertThat(describe(4, BROKER, "x", null).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    assertThat(describe(4, BROKER, "", null).configs()).isEmpty();
    assertThat(error(alter(BROKER, "", edit("log.cleaner.threads", SET, "3")))).isEqualTo(Errors.NONE);
    assertThat(describe(4, BROKER, "", null).configs()).singleElement().satisfies(c -> {
      assertThat(c.value()).isEqualTo("3");
      assertThat(c.configSource()).isEqualTo((byte) 3);
    });
  }

  @Test
  void unknownResourcesAreRefused() throws Exception {
    assertThat(describe(4, TOPIC, "nope", null).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    assertThat(describe(4, TOPIC, "no pe", null).errorCode()).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION.code());
    assertThat(describe(4, 99, "a", null).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    assertThat(describe(4, GROUP, "", null).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    assertThat(error(alter(TOPIC, "nope", edit("retention.ms", SET, "1")))).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(error(alter(BROKER, "7", edit("log.cleaner.threads", SET, "1")))).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(error(alter(99, "7", edit("a", SET, "1")))).isEqualTo(Errors.INVALID_REQUEST);
  }

  @Test
  void topicSettingsAreSetAndDeleted() throws Exception {
    createTopic("a", 1);
    assertThat(error(alter(TOPIC, "a", edit("retention.ms", SET, "5"), edit("cleanup.policy", APPEND, "compact")))).isEqualTo(
        Errors.NONE);
    assertThat(controller.image().config(ConfigResource.topic("a"))).containsOnly(Map.entry("retention.ms", "5"),
        Map.entry("cleanup.policy", "delete,compact"));
    assertThat(error(alter(TOPIC, "a", edit("retention.ms", DELETE, null), edit("cleanup.policy", SUBTRACT, "delete"))))
        .isEqualTo(Errors.NONE);
    assertThat(controller.image().config(ConfigResource.topic("a"))).containsOnly(Map.entry("cleanup.policy", "compact"));
  }

  @Test
  void badValuesAreRefusedByName() throws Exception {
    createTopic("a", 1);
    AlterConfigsResourceResponse bad = alter(TOPIC, "a", edit("retention.ms", SET, "soon"));
    assertThat(error(bad)).isEqualTo(Errors.INVALID_CONFIG);
    assertThat(bad.errorMessage()).contains("retention.ms").contains("soon").contains("whole number");
    assertThat(error(alter(TOPIC, "a", edit("no.such", SET, "1")))).isEqualTo(Errors.INVALID_CONFIG);
    assertThat(error(alter(TOPIC, "a", edit("retention.ms", APPEND, "1")))).isEqualTo(Errors.INVALID_CONFIG);
    assertThat(error(alter(TOPIC, "a", edit("cleanup.policy", APPEND, "burn")))).isEqualTo(Errors.INVALID_CONFIG);
    assertThat(error(alter(TOPIC, "a", edit("retention.ms", SET, null)))).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(error(alter(TOPIC, "a", edit("retention.ms", SET, "1"), edit("retention.ms", DELETE, null)))).isEqualTo(
        Errors.INVALID_REQUEST);
    assertThat(error(alter(TOPIC, "a", edit("retention.ms", (byte) 9, "1")))).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(error(alter(TOPIC, "a", edit("min.compaction.lag.ms", SET, "9"), edit("max.compaction.lag.ms", SET, "5"))))
        .isEqualTo(Errors.INVALID_CONFIG);
    assertThat(controller.image().configs()).isEmpty();
  }

  @Test
  void thePartitionerThatIsInstalledChecksItsOptions() throws Exception {
    createTopic("a", 1);
    AlterConfigsResourceResponse bad = alter(TOPIC, "a", edit("margay.partitioner", SET, "plain:x=1"));
    assertThat(error(bad)).isEqualTo(Errors.INVALID_CONFIG);
    assertThat(bad.errorMessage()).isEqualTo(
        "Invalid value plain:x=1 for configuration margay.partitioner: no option x=1; expected none");
    assertThat(error(alter(BROKER, "", edit("margay.partitioner", SET, "plain:x=1")))).isEqualTo(Errors.INVALID_CONFIG);
    assertThat(createTopic("b", 1, Map.of("margay.partitioner", "plain:x=1"))).isEqualTo(Errors.INVALID_CONFIG);
    assertThat(error(alter(TOPIC, "a", edit("margay.partitioner", SET, "plain")))).isEqualTo(Errors.NONE);
    assertThat(error(alter(TOPIC, "a", edit("margay.partitioner", SET, "comes-later:x=1")))).isEqualTo(Errors.NONE);
  }

  @Test
  void brokerSettingsFollowTheirUpdateMode() throws Exception {
    assertThat(error(alter(BROKER, "1", edit("node.id", SET, "7")))).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(error(alter(BROKER, "", edit("ssl.keystore.location", SET, "x")))).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(error(alter(BROKER, "1", edit("log.cleaner.threads", SET, "x")))).isEqualTo(Errors.INVALID_CONFIG);
    assertThat(error(alter(BROKER, "01", edit("log.cleaner.threads", SET, "2")))).isEqualTo(Errors.NONE);
    assertThat(controller.image().config(ConfigResource.broker(1))).containsEntry("log.cleaner.threads", "2");
  }

  @Test
  void groupSettings() throws Exception {
    assertThat(error(alter(GROUP, "g", edit("consumer.session.timeout.ms", SET, "50000")))).isEqualTo(Errors.NONE);
    DescribeConfigsResourceResult shown = one(GROUP, "g", "consumer.session.timeout.ms");
    assertThat(shown.value()).isEqualTo("50000");
    assertThat(shown.configSource()).isEqualTo((byte) 8);
  }

  @Test
  void validateOnlyAndDuplicatesChangeNothing() throws Exception {
    createTopic("a", 1);
    int before = log.size();
    AlterConfigsResource resource = new AlterConfigsResource().setResourceType(TOPIC).setResourceName("a")
        .setConfigs(List.of(edit("retention.ms", SET, "1")));
    IncrementalAlterConfigsHandler handler = new IncrementalAlterConfigsHandler(controller, levels);
    IncrementalAlterConfigsResponse valid = ask(handler, 1, new IncrementalAlterConfigsRequest().setValidateOnly(true)
        .setResources(List.of(resource)), IncrementalAlterConfigsResponse::new);
    assertThat(error(valid.responses().get(0))).isEqualTo(Errors.NONE);
    IncrementalAlterConfigsResponse twice = ask(handler, 0, new IncrementalAlterConfigsRequest().setResources(
        List.of(resource, resource)), IncrementalAlterConfigsResponse::new);
    assertThat(twice.responses()).hasSize(2).allSatisfy(r -> assertThat(error(r)).isEqualTo(Errors.INVALID_REQUEST));
    assertThat(log.size()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void olderWayReplacesAll(int version) throws Exception {
    createTopic("a", 1, Map.of("retention.ms", "77"));
    AlterConfigsRequest request = new AlterConfigsRequest().setResources(List.of(new AlterConfigsRequest.AlterConfigsResource()
        .setResourceType(TOPIC).setResourceName("a").setConfigs(List.of(new AlterConfigsRequest.AlterableConfig()
            .setName("segment.bytes").setValue("1048576")))));
    AlterConfigsResponse response = ask(new AlterConfigsHandler(controller), version, request, AlterConfigsResponse::new);
    assertThat(response.responses().get(0).errorMessage()).isNull();
    assertThat(controller.image().config(ConfigResource.topic("a"))).containsOnly(Map.entry("segment.bytes", "1048576"));
  }

  @Test
  void logLevels() throws Exception {
    assertThat(describe(4, LOGGER, "1", null).configs()).extracting(c -> c.name()).containsExactly("io.margay", "root");
    assertThat(error(alter(LOGGER, "1", edit("io.margay", SET, "DEBUG")))).isEqualTo(Errors.NONE);
    assertThat(one(LOGGER, "1", "io.margay").value()).isEqualTo("DEBUG");
    assertThat(error(alter(LOGGER, "1", edit("io.margay", DELETE, null)))).isEqualTo(Errors.NONE);
    assertThat(levels.map).containsEntry("io.margay", "INFO");
    assertThat(error(alter(LOGGER, "1", edit("io.margay", SET, "LOUD")))).isEqualTo(Errors.INVALID_CONFIG);
    assertThat(error(alter(LOGGER, "1", edit("nobody", SET, "INFO")))).isEqualTo(Errors.INVALID_CONFIG);
    assertThat(error(alter(LOGGER, "1", edit("root", DELETE, null)))).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(error(alter(LOGGER, "1", edit("root", APPEND, "INFO")))).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(error(alter(LOGGER, "2", edit("root", SET, "INFO")))).isEqualTo(Errors.INVALID_REQUEST);
  }

  @Test
  void julLevelsSpeakKafkasWords() {
    Logger logger = Logger.getLogger("io.margay.test.levels");
    JulLogLevels jul = new JulLogLevels();
    for (String level : List.of("FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE")) {
      jul.set(logger.getName(), level);
      assertThat(jul.levels()).containsEntry(logger.getName(), level).containsKey("root");
    }
    assertThat(logger.getLevel()).isEqualTo(Level.ALL);
    jul.unset(logger.getName());
    assertThat(logger.getLevel()).isNull();
    assertThat(jul.exists("io.margay.never")).isFalse();
  }

  @Test
  void listsResourcesWithSettings() throws Exception {
    createTopic("a", 1);
    alter(GROUP, "g", edit("consumer.session.timeout.ms", SET, "50000"));
    ListConfigResourcesHandler handler = new ListConfigResourcesHandler(controller);
    assertThat(ask(handler, 0, new ListConfigResourcesRequest(), ListConfigResourcesResponse::new).configResources()).isEmpty();
    assertThat(ask(handler, 1, new ListConfigResourcesRequest(), ListConfigResourcesResponse::new).configResources())
        .extracting(r -> r.resourceType() + r.resourceName()).containsExactly("2a", "41", "81", "32g");
    ListConfigResourcesRequest unknown = new ListConfigResourcesRequest().setResourceTypes(List.of((byte) 77));
    assertThat(ask(handler, 1, unknown, ListConfigResourcesResponse::new).errorCode())
        .isEqualTo(Errors.UNSUPPORTED_VERSION.code());
  }
}
