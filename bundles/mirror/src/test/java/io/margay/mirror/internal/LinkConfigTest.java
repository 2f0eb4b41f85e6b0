package io.margay.mirror.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.mirror.internal.LinkConfig.Address;
import io.margay.mirror.internal.LinkConfig.Repartition;
import io.margay.spi.partitioner.PartitionerChoice;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinkConfigTest {
  private static LinkConfig with(String field, String value) {
    Map<String, String> fields = new TreeMap<>(Map.of("bootstrap.servers", "a:1", "topics", "orders"));
    fields.put(field, value);
    return LinkConfig.of("west", fields);
  }

  @Test
  void fieldsHaveDefaults() {
    LinkConfig config = LinkConfig.of("west", Map.of("bootstrap.servers", "a:9092, [::1]:9093", "topics", "orders, pay.*"));
    assertThat(config.bootstrap()).containsExactly(new Address("a", 9092), new Address("::1", 9093));
    assertThat(config.covers("orders")).isTrue();
    assertThat(config.covers("orders2")).isFalse();
    assertThat(config.covers("payments")).isTrue();
    assertThat(config.target("orders")).isEqualTo("orders");
    assertThat(config.coversGroup("any")).isTrue();
    assertThat(config.topics().start()).isEqualTo(-2);
    assertThat(config.paused()).isFalse();
  }

  @Test
  void internalTopicsAreNeverMirrored() {
    assertThat(with("topics", ".*").covers("__consumer_offsets")).isFalse();
  }

  @Test
  void thePrefixIsTheLinksNameUnlessItIsGiven() {
    assertThat(with("mode", "prefixed").target("orders")).isEqualTo("west.orders");
    assertThat(LinkConfig.of("west", Map.of("bootstrap.servers", "a:1", "topics", ".*", "mode", "prefixed", "prefix", "eu-")).target("orders"))
        .isEqualTo("eu-orders");
  }

  @Test
  void recordsArePartitionedAgainInAModeOfItsOwn() {
    assertThat(with("mode", "repartitioned").topics().repartition()).isEqualTo(new Repartition(-1, PartitionerChoice.parse("murmur2")));
    assertThat(with("mode", "repartitioned").target("orders")).isEqualTo("orders");
    assertThat(with("mode", "prefixed").topics().repartition()).isNull();
    Map<String, String> fields = new TreeMap<>(Map.of("bootstrap.servers", "a:1", "topics", "orders", "mode", "repartitioned",
        "partitions", "12", "partitioner", "weighted:0=5", "prefix", "eu-"));
    assertThat(LinkConfig.of("west", fields).topics().repartition()).isEqualTo(new Repartition(12, PartitionerChoice.parse("weighted:0=5")));
    assertThat(LinkConfig.of("west", fields).target("orders")).isEqualTo("eu-orders");
    fields.put("partitions", "0");
    assertThatThrownBy(() -> LinkConfig.of("west", fields)).hasMessageContaining("partitions").hasMessageContaining("expected");
    fields.put("partitions", "1");
    fields.put("partitioner", "Weighted");
    assertThatThrownBy(() -> LinkConfig.of("west", fields)).hasMessageContaining("partitioner").hasMessageContaining("expected");
  }

  @ParameterizedTest
  @CsvSource({"bootstrap.servers, a", "bootstrap.servers, a:0", "bootstrap.servers, a:65536", "topics, (", "mode, copied", "prefix, x.",
      "paused, yes", "start, yesterday", "fetch.max.bytes, 10", "fetch.max.bytes, many", "fetch.wait.max.ms, -1", "sync.interval.ms, 1",
      "sync.topic.configs, 1", "sync.groups, [", "sync.acls, [", "partitions, 3", "partitioner, crc32", "bandwidth.bytes.per.second, -1", "replication.factor, x", "topics, a;b"})
  void anIllTypedFieldIsRefusedByName(String field, String value) {
    assertThatThrownBy(() -> with(field, value)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(field)
        .hasMessageContaining("expected");
  }

  @Test
  void anUnknownFieldIsRefusedByName() {
    assertThatThrownBy(() -> with("topic", "orders")).hasMessageContaining("unknown field topic of link west");
  }

  @Test
  void fieldsThatMustBeGivenAreNamed() {
    assertThatThrownBy(() -> LinkConfig.of("west", Map.of("topics", "orders"))).hasMessageContaining("bootstrap.servers is missing");
    assertThatThrownBy(() -> LinkConfig.of("west", Map.of("bootstrap.servers", "a:1"))).hasMessageContaining("topics is missing");
  }

  @Test
  void aNameOfALinkIsAWord() {
    assertThatThrownBy(() -> LinkConfig.of("we st", Map.of())).hasMessageContaining("invalid name we st");
  }

  @Test
  void theStoredTextHoldsAllFields() {
    TreeMap<String, String> fields = new TreeMap<>(Map.of("bootstrap.servers", "a:1,b:2", "topics", "x=.*,y", "paused", "true"));
    String text = LinkConfig.text(fields);
    assertThat(text).isEqualTo("bootstrap.servers=a:1,b:2; paused=true; topics=x=.*,y");
    assertThat(LinkConfig.fields(text)).isEqualTo(fields);
    assertThat(LinkConfig.fields("")).isEmpty();
    assertThatThrownBy(() -> LinkConfig.fields("topics")).hasMessageContaining("expected FIELD=VALUE");
    assertThatThrownBy(() -> LinkConfig.fields("a=1;a=2")).hasMessageContaining("given twice");
  }
}
