package io.margay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.metadata.ConfigResource;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.ListOffsetsRequest;
import io.margay.protocol.message.MetadataRequest;
import io.margay.protocol.message.MetadataResponse;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The commands as they are typed, against a fake broker. */
class CommandsTest {
  private final FakeBroker broker = new FakeBroker();
  private final Gosh gosh = new Gosh(broker);

  @AfterEach
  void close() {
    gosh.close();
  }

  @Test
  void topicsAreCreatedListedAndDeleted() throws Exception {
    assertThat(gosh.run("topic:create orders -p 3 -c cleanup.policy=compact --config retention.ms=5"))
        .isEqualTo("created topic orders partitions=3 replicationFactor=1\n");
    assertThat(broker.configs.get(ConfigResource.topic("orders")))
        .containsEntry("cleanup.policy", "compact").containsEntry("retention.ms", "5");
    assertThat(gosh.run("topic:list")).matches("""
        TOPIC   PARTITIONS  REPLICATION FACTOR  UNDER REPLICATED  ID
        orders           3                   1                 0  \\S{22}
        """);
    assertThat(gosh.run("topic:list --json")).contains("\"topic\" : \"orders\"").contains("\"partitions\" : 3").startsWith("[ {");
    assertThat(gosh.run("topic:create --if-not-exists orders")).isEqualTo("topic orders exists already\n");
    assertThatThrownBy(() -> gosh.run("topic:create orders")).isInstanceOf(ShellException.class)
        .hasMessage("cannot create topic orders: Topic 'orders' already exists. (TOPIC_ALREADY_EXISTS)");
    assertThat(gosh.run("topic:delete orders")).isEqualTo("deleted topic orders\n");
    assertThat(broker.topics).isEmpty();
  }

  @Test
  void aTopicIsDescribedAlsoWhenItsSizeIsNotKnown() throws Exception {
    broker.topic("orders", 2);
    gosh.run("produce orders -p 1 a b");
    assertThat(gosh.run("topic:describe orders")).contains("Partition count:").contains("SIZE BYTES")
        .containsPattern("orders +1 +1 +0 +1 +1 +- +0 +2 +- +-");
  }

  @Test
  void produceCreatesTheTopicAsForAnyProducer() throws Exception {
    broker.others.put(MetadataRequest.API.key(), request -> {
      assertThat(((MetadataRequest) request).allowAutoTopicCreation()).isTrue();
      broker.topic(((MetadataRequest) request).topics().get(0).name(), 1);
      return new MetadataResponse();
    });
    assertThat(gosh.run("produce fresh a")).contains("produced 1 record to fresh");
  }

  @Test
  void aMisspeltTopicGetsAHint() {
    broker.topic("orders", 1).topic("payments", 1);
    assertThatThrownBy(() -> gosh.run("topic:describe order")).hasMessage("there is no topic order; did you mean orders?");
    assertThatThrownBy(() -> gosh.run("consume zzzzz")).hasMessage("there is no topic zzzzz; topic:list shows what there is");
    assertThatThrownBy(() -> gosh.run("topic:delete payments order")).isInstanceOf(ShellException.class);
    assertThat(broker.topics).containsKey("payments");
  }

  @Test
  void recordsGoRoundThroughPipesAndInput() throws Exception {
    broker.topic("orders", 1);
    assertThat(gosh.run("produce orders -k customer -H source=shop 'first one' '{\"second\": 2}'")).isEqualTo("""
        produced 2 records to orders
          partition 0: offsets 0 to 1
        """);
    assertThat(gosh.run("produce orders -", "third\r\nfourth öäü")).contains("produced 2 records");
    assertThat(gosh.run("echo piped | produce orders -")).contains("offset 4");
    assertThat(gosh.run("consume orders")).isEqualTo("first one\n{\"second\": 2}\nthird\nfourth öäü\npiped\n");
    assertThat(gosh.run("consume orders -o 1 -n 2 -k")).isEqualTo("customer\t{\"second\": 2}\nnull\tthird\n");
    assertThat(gosh.run("consume orders -n 1 --format json")).startsWith(
        "{\"topic\":\"orders\",\"partition\":0,\"offset\":0,\"timestamp\":").endsWith(
        "\"key\":\"customer\",\"value\":\"first one\",\"headers\":[{\"key\":\"source\",\"value\":\"shop\"}]}\n");
    assertThat(gosh.run("consume orders -o latest")).isEmpty();
  }

  @Test
  void offsetsAreThoseOfConsumers() throws Exception {
    broker.topic("orders", 1);
    gosh.run("offset:list orders");
    assertThat(broker.requests).hasSize(2).allMatch(r -> ((ListOffsetsRequest) r).replicaId() == -1);
  }

  @Test
  void followingSurvivesAChangeOfLeader() throws Exception {
    broker.topic("orders", 1);
    gosh.run("produce orders a b");
    broker.others.put(FetchRequest.API.key(), r -> {
      broker.others.remove(FetchRequest.API.key());
      return new FetchResponse().setResponses(List.of(new FetchResponse.FetchableTopicResponse()
          .setTopicId(broker.topics.get("orders").id()).setPartitions(List.of(
              new FetchResponse.PartitionData().setErrorCode(Errors.NOT_LEADER_OR_FOLLOWER.code())))));
    });
    Function<Message, Message> away = broker.others.get(FetchRequest.API.key());
    assertThat(gosh.run("consume orders --follow -o 0 -n 2")).isEqualTo("a\nb\n");
    broker.others.put(FetchRequest.API.key(), away);
    assertThatThrownBy(() -> gosh.run("consume orders")).hasMessage("cannot read topic orders partition 0: "
        + Requests.text(Errors.NOT_LEADER_OR_FOLLOWER.code(), null));
  }

  @Test
  void thePartitionerOfTheTopicChooses() throws Exception {
    broker.topic("orders", 8);
    gosh.run("produce orders -K : -", "a:1\nb:2\na:3\n");
    int partition = 'a' % 8;
    assertThat(broker.ends.get(new TopicPartition("orders", partition))).isGreaterThanOrEqualTo(2);
    gosh.run("produce orders -K : a:4");
    assertThat(gosh.run("consume orders -k -p " + partition).lines()).as("a value has a key, too").contains("a\t4");
    assertThat(gosh.run("consume orders -k -p " + partition).lines()).contains("a\t1", "a\t3");
  }

  @Test
  void manyLinesBecomeFewRequests() throws Exception {
    broker.topic("lines", 1);
    gosh.run("produce lines -", "line\n".repeat(5000));
    assertThat(broker.ends.get(new TopicPartition("lines", 0))).isEqualTo(5000);
    assertThat(broker.requests.size()).isLessThan(20);
  }

  @Test
  void wrongUseSaysWhatIsWrong() {
    broker.topic("orders", 2);
    assertThatThrownBy(() -> gosh.run("topic:create")).hasMessage(
        "topic:create: Missing required parameter: 'TOPIC'; topic:create --help shows its usage");
    assertThatThrownBy(() -> gosh.run("produce orders --nope x")).hasMessageContaining("there is no option --nope;");
    assertThatThrownBy(() -> gosh.run("topic:create x --partions 3")).hasMessage(
        "topic:create: there is no option --partions; did you mean --partitions?; topic:create --help shows its usage");
    assertThatThrownBy(() -> gosh.run("topic:create x -c y")).hasMessageContaining("for option '--config'");
    assertThatThrownBy(() -> gosh.run("consume orders -n -1")).hasMessage("-n needs a number of records, 1 or more, not -1");
    assertThatThrownBy(() -> gosh.run("produce orders -p 9 x")).hasMessage("topic orders has no partition 9; it has 0 to 1");
    assertThatThrownBy(() -> gosh.run("consume orders -o soon")).hasMessageContaining("soon is no position");
    assertThatThrownBy(() -> gosh.run("consume orders -o 7")).hasMessage(
        "no partition has an offset 7; offset:list orders shows what they have");
  }

  @Test
  void helpShowsTheUsage() throws Exception {
    assertThat(gosh.run("topic:create --help")).contains("Usage: topic:create [-h]").contains("--if-not-exists");
    assertThat(gosh.run("consume -h")).contains("Usage: margay:consume ").contains("--follow");
  }
}
