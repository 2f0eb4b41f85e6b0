package io.margay.controller.internal.handlers;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.controller.internal.ControllerSettings;
import io.margay.protocol.Errors;
import io.margay.protocol.message.AlterClientQuotasRequest;
import io.margay.protocol.message.AlterClientQuotasRequest.EntityData;
import io.margay.protocol.message.AlterClientQuotasRequest.EntryData;
import io.margay.protocol.message.AlterClientQuotasRequest.OpData;
import io.margay.protocol.message.AlterClientQuotasResponse;
import io.margay.protocol.message.DescribeClientQuotasRequest;
import io.margay.protocol.message.DescribeClientQuotasRequest.ComponentData;
import io.margay.protocol.message.DescribeClientQuotasResponse;
import io.margay.protocol.message.CreatePartitionsRequest;
import io.margay.protocol.message.CreatePartitionsResponse;
import io.margay.protocol.message.CreateTopicsRequest;
import io.margay.protocol.message.CreateTopicsResponse;
import io.margay.protocol.message.DeleteTopicsRequest;
import io.margay.protocol.message.DeleteTopicsResponse;
import io.margay.spi.handler.FakeRequest;
import io.margay.spi.quota.FakeQuota;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The expected answers are those that Apache Kafka 4.4.0 gave to the same requests, but for host names, which are no addresses here. */
class ClientQuotaHandlersTest extends HandlerTest {
  private static final String ALL = "client-id<default>{consumer_byte_rate=10.0} client-id=c{consumer_byte_rate=11.0}"
      + " ip<default>{connection_creation_rate=50.0} ip=1.2.3.4{connection_creation_rate=5.0}"
      + " user<default>,client-id<default>{consumer_byte_rate=15.0} user<default>,client-id=c{consumer_byte_rate=14.0}"
      + " user<default>{consumer_byte_rate=9.0} user=a/b c%ü&={consumer_byte_rate=15.0}"
      + " user=u,client-id<default>{consumer_byte_rate=13.0} user=u,client-id=c{consumer_byte_rate=12.0}"
      + " user=u{controller_mutation_rate=0.5,request_percentage=1.0E300}";

  private final FakeQuota quota = new FakeQuota();

  /** @param parts types and names in turn */
  private static EntryData entry(List<String> parts, OpData... ops) {
    List<EntityData> entity = new ArrayList<>();
    for (int i = 0; i < parts.size(); i += 2) {
      entity.add(new EntityData().setEntityType(parts.get(i)).setEntityName(parts.get(i + 1)));
    }
    return new EntryData().setEntity(entity).setOps(List.of(ops));
  }

  private static OpData set(String key, double value) {
    return new OpData().setKey(key).setValue(value);
  }

  private static OpData remove(String key) {
    return new OpData().setKey(key).setRemove(true);
  }

  private AlterClientQuotasResponse alter(int version, boolean validateOnly, EntryData... entries) throws Exception {
    return ask(new AlterClientQuotasHandler(controller), version, new AlterClientQuotasRequest().setEntries(List.of(entries))
        .setValidateOnly(validateOnly), AlterClientQuotasResponse::new);
  }

  private void isSet(List<String> entity, OpData... ops) throws Exception {
    AlterClientQuotasResponse.EntryData answer = alter(1, false, entry(entity, ops)).entries().get(0);
    assertThat(Errors.forCode(answer.errorCode())).as("%s", answer.errorMessage()).isEqualTo(Errors.NONE);
    assertThat(answer.errorMessage()).isNull();
  }

  private void isRefused(String why, List<String> entity, OpData... ops) throws Exception {
    AlterClientQuotasResponse.EntryData answer = alter(1, false, entry(entity, ops)).entries().get(0);
    assertThat(answer.errorMessage()).isEqualTo(why);
    assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(answer.entity()).hasSize(entity.size() / 2);
  }

  private static ComponentData exact(String type, String name) {
    return new ComponentData().setEntityType(type).setMatchType((byte) 0).setMatch(name);
  }

  private static ComponentData byDefault(String type) {
    return new ComponentData().setEntityType(type).setMatchType((byte) 1).setMatch(null);
  }

  private static ComponentData any(String type) {
    return new ComponentData().setEntityType(type).setMatchType((byte) 2).setMatch(null);
  }

  private String describe(boolean strict, ComponentData... components) throws Exception {
    DescribeClientQuotasResponse response = ask(new DescribeClientQuotasHandler(controller), 1,
        new DescribeClientQuotasRequest().setComponents(List.of(components)).setStrict(strict), DescribeClientQuotasResponse::new);
    if (response.errorCode() != 0) {
      assertThat(response.entries()).isNull();
      return Errors.forCode(response.errorCode()) + ": " + response.errorMessage();
    }
    return response.entries().stream().map(e -> e.entity().stream()
        .map(p -> p.entityType() + (p.entityName() == null ? "<default>" : "=" + p.entityName())).collect(Collectors.joining(","))
        + e.values().stream().map(v -> v.key() + "=" + v.value()).collect(Collectors.joining(",", "{", "}")))
        .sorted().collect(Collectors.joining(" "));
  }

  private void setAll() throws Exception {
    isSet(List.of("user", "u"), set("request_percentage", 1e300), set("controller_mutation_rate", 0.5));
    isSet(List.of("ip", "1.2.3.4"), set("connection_creation_rate", 5));
    isSet(Arrays.asList("ip", null), set("connection_creation_rate", 50));
    isSet(Arrays.asList("user", null), set("consumer_byte_rate", 9));
    isSet(Arrays.asList("client-id", null), set("consumer_byte_rate", 10));
    isSet(List.of("client-id", "c"), set("consumer_byte_rate", 11));
    isSet(List.of("client-id", "c", "user", "u"), set("consumer_byte_rate", 12));
    isSet(Arrays.asList("user", "u", "client-id", null), set("consumer_byte_rate", 13));
    isSet(Arrays.asList("user", null, "client-id", "c"), set("consumer_byte_rate", 14));
    isSet(Arrays.asList("user", null, "client-id", null), set("consumer_byte_rate", 15));
    isSet(List.of("user", "a/b c%ü&="), set("consumer_byte_rate", 15));
  }

  @Test
  void refusesWhatKafkaRefuses() throws Exception {
    isRefused("Invalid empty client quota entity", List.of());
    isRefused("Empty user not supported", List.of("user", ""), set("producer_byte_rate", 1));
    isRefused("Empty ip not supported", List.of("ip", ""), set("connection_creation_rate", 1));
    isRefused("Unhandled client quota entity type: group", List.of("group", "x"), set("producer_byte_rate", 1));
    isRefused("Invalid client quota entity, duplicate entity entry user", List.of("user", "a", "user", "b"), set("producer_byte_rate", 1));
    isRefused("Invalid quota entity combination, IP entity should not be combined with User or ClientId",
        List.of("user", "u", "ip", "1.2.3.4"), set("connection_creation_rate", 1));
    for (String name : List.of("not an ip", "localhost", "1.2.3", "1.2.3.4.", "256.1.1.1", "::g", "x:y", ":.:", ".:", "fe80::1%lo", "[::1]", "::ffff:1.2.3.4.5")) {
      isRefused(name + " is not a valid IP address", List.of("ip", name), set("connection_creation_rate", 1));
    }
    List<String> user = List.of("user", "u");
    isRefused("Invalid configuration key producer_byte_rate", List.of("ip", "1.2.3.4"), set("producer_byte_rate", 1));
    isRefused("Invalid configuration key connection_creation_rate", user, set("connection_creation_rate", 1));
    isRefused("Quota producer_byte_rate must be greater than 0", user, set("producer_byte_rate", 0));
    isRefused("producer_byte_rate cannot be a fractional value.", user, set("producer_byte_rate", 1.5));
    isRefused("Proposed value for producer_byte_rate is too large for a LONG.", user, set("producer_byte_rate", 1e30));
    isRefused("Quota producer_byte_rate must be a finite number", user, set("producer_byte_rate", Double.NaN));
    isRefused("Quota request_percentage must be greater than 0", user, set("request_percentage", 0));
    isRefused("Quota consumer_byte_rate must be greater than 0", user, set("producer_byte_rate", 5), set("consumer_byte_rate", -5));
    isRefused("Proposed value for connection_creation_rate is too large for an INT.", List.of("ip", "1.2.3.4"),
        set("connection_creation_rate", 3e9));
    assertThat(describe(false)).as("nothing was set").isEmpty();
  }

  @Test
  void setsAndRemovesInEveryVersion() throws Exception {
    isSet(List.of("user", "u"), set("producer_byte_rate", 1000), set("consumer_byte_rate", 1.0000001));
    assertThat(alter(0, false, entry(List.of("user", "u"), remove("producer_byte_rate"), remove("nonsense"))).entries().get(0).errorCode())
        .isZero();
    assertThat(describe(false)).isEqualTo("user=u{consumer_byte_rate=1.0000001}");
    assertThat(alter(1, true, entry(List.of("user", "w"), set("producer_byte_rate", 1))).entries().get(0).errorCode()).isZero();
    AlterClientQuotasResponse twice = alter(1, false, entry(List.of("user", "u"), remove("consumer_byte_rate")),
        entry(List.of("user", "u"), set("producer_byte_rate", 2)), entry(List.of("ip", "::1"), set("connection_creation_rate", 2)));
    assertThat(twice.entries()).extracting(e -> Errors.forCode(e.errorCode())).containsExactly(Errors.INVALID_REQUEST,
        Errors.INVALID_REQUEST, Errors.NONE);
    assertThat(describe(false)).isEqualTo("ip=::1{connection_creation_rate=2.0} user=u{consumer_byte_rate=1.0000001}");
    assertThat(describe(true, exact("ip", "::1"))).startsWith("ip=::1");
  }

  @Test
  void filtersChooseAsInKafka() throws Exception {
    setAll();
    assertThat(describe(false)).isEqualTo(ALL);
    assertThat(describe(true)).isEmpty();
    assertThat(describe(false, exact("user", "u"))).isEqualTo("user=u,client-id<default>{consumer_byte_rate=13.0}"
        + " user=u,client-id=c{consumer_byte_rate=12.0} user=u{controller_mutation_rate=0.5,request_percentage=1.0E300}");
    assertThat(describe(true, exact("user", "u"))).startsWith("user=u{").doesNotContain(",client-id");
    assertThat(describe(true, byDefault("user"))).isEqualTo("user<default>{consumer_byte_rate=9.0}");
    assertThat(describe(true, any("user"))).contains("user<default>{", "user=u{", "user=a/b").doesNotContain("client-id");
    assertThat(describe(false, any("user"), any("client-id"))).contains("user=u,client-id=c", "user<default>,client-id<default>")
        .doesNotContain("user=u{", "ip");
    assertThat(describe(true, any("user"), byDefault("client-id"))).contains("user=u,client-id<default>", "user<default>,client-id<default>")
        .doesNotContain("client-id=c");
    assertThat(describe(false, any("ip"))).contains("ip<default>", "ip=1.2.3.4").doesNotContain("user");
    assertThat(describe(false, exact("user", ""))).isEmpty();
    assertThat(describe(false, exact("ip", "1.2.3.4"), exact("user", "u"))).startsWith("INVALID_REQUEST: Invalid entity filter component combination.");
    assertThat(describe(false, exact("user", "u"), any("user"))).isEqualTo("INVALID_REQUEST: Entity type user cannot appear more than once in"
        + " the filter.");
    assertThat(describe(false, exact("nonsense", "u"))).isEqualTo("UNSUPPORTED_VERSION: Unsupported entity type nonsense");
    assertThat(describe(false, exact("", "u"))).isEqualTo("INVALID_REQUEST: Invalid empty entity type.");
    assertThat(describe(false, exact("user", null))).startsWith("INVALID_REQUEST: Request specified MATCH_TYPE_EXACT");
    assertThat(describe(false, byDefault("user").setMatch("x"))).startsWith("INVALID_REQUEST: Request specified MATCH_TYPE_DEFAULT");
    assertThat(describe(false, any("user").setMatchType((byte) 7))).isEqualTo("INVALID_REQUEST: Unknown match type 7");
  }

  private <R extends io.margay.protocol.Message> R limited(io.margay.spi.handler.ApiHandler handler, int version, io.margay.protocol.Message message,
      R answer) {
    FakeRequest request = new FakeRequest(handler.api(), message, version).quota(quota);
    handler.handle(request);
    request.runLoop();
    return request.bytes().thenApply(bytes -> io.margay.protocol.Messages.read(() -> answer, bytes, (short) version)).orTimeout(20, TimeUnit.SECONDS)
        .join();
  }

  private Errors create(String topic, int partitions, int version) {
    return Errors.forCode(limited(new CreateTopicsHandler(controller), version, new CreateTopicsRequest().setTimeoutMs(20_000).setTopics(
        List.of(new CreateTopicsRequest.CreatableTopic().setName(topic).setNumPartitions(partitions).setReplicationFactor((short) 1))),
        new CreateTopicsResponse()).topics().get(0).errorCode());
  }

  @Test
  void topicsAreNotChangedAboveTheQuota() {
    quota.partitions = 4;
    assertThat(create("a", 5, 6)).isEqualTo(Errors.NONE);
    assertThat(create("b", 1, 6)).isEqualTo(Errors.THROTTLING_QUOTA_EXCEEDED);
    assertThat(create("b", 1, 5)).as("an older version").isEqualTo(Errors.NONE);
    CreatePartitionsRequest more = new CreatePartitionsRequest().setTimeoutMs(20_000).setTopics(
        List.of(new CreatePartitionsRequest.CreatePartitionsTopic().setName("b").setCount(2).setAssignments(null)));
    assertThat(limited(new CreatePartitionsHandler(controller), 3, more, new CreatePartitionsResponse()).results().get(0).errorCode())
        .isEqualTo(Errors.THROTTLING_QUOTA_EXCEEDED.code());
    assertThat(limited(new CreatePartitionsHandler(controller), 2, more, new CreatePartitionsResponse()).results().get(0).errorCode()).isZero();
    DeleteTopicsRequest delete = new DeleteTopicsRequest().setTimeoutMs(20_000).setTopicNames(List.of("b"));
    assertThat(limited(new DeleteTopicsHandler(controller), 5, delete, new DeleteTopicsResponse()).responses().get(0).errorCode())
        .isEqualTo(Errors.THROTTLING_QUOTA_EXCEEDED.code());
    assertThat(limited(new DeleteTopicsHandler(controller), 4, delete, new DeleteTopicsResponse()).responses().get(0).errorCode()).isZero();
  }

  @Test
  void whatIsRefusedForOtherReasonsDoesNotCountAndWhatTheQuotaRefusesTakesNoRoom() {
    settings.with("margay.max.partitions.per.broker", "6");
    quota.partitions = 4;
    assertThat(create("a", 7, 6)).isEqualTo(Errors.POLICY_VIOLATION);
    assertThat(quota.partitions).isEqualTo(4);
    assertThat(create("a", 1, 6)).isEqualTo(Errors.NONE);
    CreatePartitionsRequest more = new CreatePartitionsRequest().setTimeoutMs(20_000).setTopics(
        List.of(new CreatePartitionsRequest.CreatePartitionsTopic().setName("a").setCount(7).setAssignments(null)));
    assertThat(limited(new CreatePartitionsHandler(controller), 3, more, new CreatePartitionsResponse()).results().get(0).errorCode())
        .isEqualTo(Errors.POLICY_VIOLATION.code());
    assertThat(quota.partitions).isEqualTo(3);
    quota.partitions = -1;
    CreateTopicsRequest two = new CreateTopicsRequest().setTimeoutMs(20_000).setTopics(List.of(
        new CreateTopicsRequest.CreatableTopic().setName("b").setNumPartitions(4).setReplicationFactor((short) 1),
        new CreateTopicsRequest.CreatableTopic().setName("c").setNumPartitions(4).setReplicationFactor((short) 1)));
    assertThat(limited(new CreateTopicsHandler(controller), 6, two, new CreateTopicsResponse()).topics())
        .extracting(t -> Errors.forCode(t.errorCode())).containsOnly(Errors.THROTTLING_QUOTA_EXCEEDED);
  }

  @Test
  void quotasAreBoundedWithAllSettingsAndAreNoneThatClientsAskForAsSettings() throws Exception {
    setAll();
    assertThat(controller.image().configs().keySet()).allMatch(r -> io.margay.metadata.ConfigResource.Type.forCode(r.type().code()) == null);
    settings.set(ControllerSettings.MARGAY_MAX_CONFIGS_BYTES, "65536");
    EntryData[] many = IntStream.range(0, 70).mapToObj(i -> entry(List.of("user", i + "x".repeat(900)), set("producer_byte_rate", 1)))
        .toArray(EntryData[]::new);
    AlterClientQuotasResponse.EntryData answer = alter(1, false, many).entries().get(69);
    assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.POLICY_VIOLATION);
    assertThat(answer.errorMessage()).contains("margay.max.configs.bytes");
  }
}
