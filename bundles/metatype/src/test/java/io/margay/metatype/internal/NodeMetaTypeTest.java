package io.margay.metatype.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingType;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.osgi.service.metatype.AttributeDefinition;
import org.osgi.service.metatype.ObjectClassDefinition;

class NodeMetaTypeTest {
  private static final Catalogue ALL = new Catalogue("test");
  private static final Setting<Integer> PARTITIONS =
      ALL.broker(SettingType.INT, "num.partitions", 1).from(1).live().doc("Partitions of a new topic.");

  static {
    ALL.broker(SettingType.STRING, "compression.type", "producer").in("zstd", "producer").live().doc("How batches are stored.");
    ALL.broker(SettingType.INT, "node.id", 1).from(0).doc("The number of this node.");
    ALL.broker(SettingType.BOOLEAN, "auto.create.topics.enable", true).live().doc("Whether topics are created on demand.");
    ALL.broker(SettingType.LIST, "listeners", List.of("PLAINTEXT://:9092")).perBroker().doc("Where to listen.");
    ALL.broker(SettingType.LONG, "log.retention.ms", null).from(-1).live().doc("Milliseconds.");
    ALL.broker(SettingType.LONG, "replica.lag.time.max.ms", 1L).inert().doc("Milliseconds.");
  }

  private final ObjectClassDefinition node = new NodeMetaType(settings()).getObjectClassDefinition("io.margay", null);
  private final Map<String, AttributeDefinition> attributes =
      Arrays.stream(node.getAttributeDefinitions(ObjectClassDefinition.ALL))
          .collect(Collectors.toMap(AttributeDefinition::getID, Function.identity()));

  @Test
  void describesEverySettingThatHasAnEffect() {
    assertThat(attributes.keySet()).containsExactlyInAnyOrderElementsOf(
        ALL.settings().stream().filter(Setting::effective).map(Setting::name).toList());
    assertThat(attributes.values()).allSatisfy(a -> {
      assertThat(a.getDescription()).isNotBlank();
      assertThat(a.getCardinality()).isZero();
    });
  }

  @Test
  void aSettingHasTypeDefaultChoicesAndDocumentation() {
    AttributeDefinition partitions = attributes.get("num.partitions");
    assertThat(partitions.getType()).isEqualTo(AttributeDefinition.INTEGER);
    assertThat(partitions.getDefaultValue()).containsExactly("1");
    assertThat(partitions.getOptionValues()).isNull();
    assertThat(partitions.getDescription()).startsWith(PARTITIONS.documentation())
        .endsWith("Expected: a number of at least 1.");
    AttributeDefinition compression = attributes.get("compression.type");
    assertThat(compression.getOptionValues()).contains("zstd", "producer").isEqualTo(compression.getOptionLabels());
    assertThat(attributes.get("node.id").getDescription()).endsWith("Takes effect at the next start.");
    assertThat(attributes.get("auto.create.topics.enable").getType()).isEqualTo(AttributeDefinition.BOOLEAN);
    assertThat(attributes.get("listeners").getType()).isEqualTo(AttributeDefinition.STRING);
    assertThat(attributes.get("log.retention.ms").getDefaultValue()).as("it has none of its own").isNull();
  }

  /** An editor offers a value that it got as the default: it must be one that is taken back. */
  @Test
  void everyDefaultIsValid() {
    assertThat(attributes.values()).filteredOn(a -> a.getDefaultValue() != null)
        .allSatisfy(a -> assertThat(a.validate(a.getDefaultValue()[0])).as(a.getID()).isEmpty());
  }

  @Test
  void whatIsNotValidIsSaidInWords() {
    assertThat(attributes.get("num.partitions").validate("0")).isEqualTo(
        "Invalid value 0 for configuration num.partitions: expected a number of at least 1");
  }

  @Test
  void nothingIsRequiredSoThatEditorsStoreOnlyWhatWasSet() {
    assertThat(node.getAttributeDefinitions(ObjectClassDefinition.REQUIRED)).isEmpty();
    assertThat(node.getAttributeDefinitions(ObjectClassDefinition.OPTIONAL)).as("equal, though asked for once more")
        .containsExactlyInAnyOrderElementsOf(attributes.values());
  }

  @Test
  void describesNothingElse() {
    assertThatThrownBy(() -> new NodeMetaType(settings()).getObjectClassDefinition("other", null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Knows the definitions, and is asked for nothing else. */
  private static NodeSettings settings() {
    return (NodeSettings) Proxy.newProxyInstance(NodeMetaTypeTest.class.getClassLoader(), new Class<?>[] {NodeSettings.class},
        (proxy, method, arguments) -> {
          assertThat(method.getName()).isEqualTo("definitions");
          return ALL.settings();
        });
  }
}
