package io.margay.metatype.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.spi.config.ServerSettings;
import io.margay.spi.config.Setting;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.osgi.service.metatype.AttributeDefinition;
import org.osgi.service.metatype.ObjectClassDefinition;

class NodeMetaTypeTest {
  private final ObjectClassDefinition node = new NodeMetaType().getObjectClassDefinition("io.margay", null);
  private final Map<String, AttributeDefinition> attributes =
      Arrays.stream(node.getAttributeDefinitions(ObjectClassDefinition.ALL))
          .collect(Collectors.toMap(AttributeDefinition::getID, Function.identity()));

  @Test
  void describesEverySettingThatHasAnEffect() {
    assertThat(attributes.keySet()).containsExactlyInAnyOrderElementsOf(
        ServerSettings.all().stream().filter(Setting::effective).map(Setting::name).toList());
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
    assertThat(partitions.getDescription()).startsWith(ServerSettings.NUM_PARTITIONS.documentation())
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
    assertThatThrownBy(() -> new NodeMetaType().getObjectClassDefinition("other", null))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
