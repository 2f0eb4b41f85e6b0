package io.margay.spi.config;

import static io.margay.spi.config.SettingType.BOOLEAN;
import static io.margay.spi.config.SettingType.DOUBLE;
import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;
import static io.margay.spi.config.SettingType.LONG;
import static io.margay.spi.config.SettingType.PASSWORD;
import static io.margay.spi.config.SettingType.SHORT;
import static io.margay.spi.config.SettingType.STRING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.spi.consensus.ConsensusSettings;
import io.margay.spi.controller.InternalTopicSettings;
import io.margay.spi.lease.LeaseSettings;
import io.margay.spi.log.LogDefaults;
import io.margay.spi.log.LogSettings;
import io.margay.spi.partitioner.PartitionerSettings;
import io.margay.spi.storage.StorageSettings;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SettingTest {
  private static final Catalogue ALL = new Catalogue("test");
  private static final Setting<Integer> COUNT = ALL.broker(INT, "count", 1).from(1).doc("d");
  private static final Setting<Short> FACTOR = ALL.broker(SHORT, "factor", (short) 3).from(1).doc("d");
  private static final Setting<Long> RETENTION = ALL.topic(LONG, "retention.ms", 1L).from(-1).doc("d");
  private static final Setting<Double> RATIO = ALL.topic(DOUBLE, "ratio", 0.5).range(0, 1).doc("d");
  private static final Setting<Double> RATE = ALL.broker(DOUBLE, "rate", Double.MAX_VALUE).doc("d");
  private static final Setting<Boolean> SWITCH = ALL.topic(BOOLEAN, "switch", false).doc("d");
  private static final Setting<List<String>> POLICY = ALL.topic(LIST, "policy", List.of("delete")).in("compact", "delete").doc("d");
  private static final Setting<String> TYPE = ALL.topic(STRING, "type", "producer").in("zstd", "gzip", "producer").doc("d");
  private static final Setting<Integer> LEVEL = ALL.topic(INT, "level", -1).matching("-1|[1-9]", "a number from 1 to 9, or -1")
      .doc("d");
  private static final Setting<List<String>> PAIRS = ALL.topic(LIST, "pairs", List.<String>of())
      .matching("\\*|(\\d+:\\d+(,\\d+:\\d+)*)?", "a list of partition:broker, or *").doc("d");
  private static final Setting<String> SECRET = ALL.broker(PASSWORD, "pass", null).matching("long.*", "something longer").doc("d");

  @Test
  void parsesEachTypeAndIgnoresWhiteSpaceAround() {
    assertThat(COUNT.parse(" 12 ")).isEqualTo(12);
    assertThat(FACTOR.parse("2")).isEqualTo((short) 2);
    assertThat(RETENTION.parse("-1")).isEqualTo(-1L);
    assertThat(SWITCH.parse("TRUE")).isTrue();
    assertThat(RATIO.parse("0.25")).isEqualTo(0.25);
    assertThat(RATE.parse("1e300")).isEqualTo(1e300);
    assertThat(POLICY.parse("compact , delete")).containsExactly("compact", "delete");
    assertThat(POLICY.parse("")).isEmpty();
    assertThat(TYPE.parse("zstd")).isEqualTo("zstd");
    assertThat(PAIRS.parse("1:2, 3:4")).containsExactly("1:2", "3:4");
    assertThat(PAIRS.parse("*")).containsExactly("*");
  }

  @Test
  void aChoiceThatIsNamedTwiceCountsOnce() {
    assertThat(POLICY.parse("delete,delete")).containsExactly("delete");
    assertThat(POLICY.parse("compact,delete,compact")).containsExactly("compact", "delete");
  }

  @Test
  void writesValuesInOneForm() {
    assertThat(RETENTION.canonical(" 86400000 ")).isEqualTo("86400000");
    assertThat(COUNT.canonical("0500000")).isEqualTo("500000");
    assertThat(SWITCH.canonical("TRUE")).isEqualTo("true");
    assertThat(POLICY.canonical(" compact , delete ")).isEqualTo("compact,delete");
    assertThat(POLICY.canonical("delete,delete")).isEqualTo("delete");
    assertThat(COUNT.canonical("not a number")).isEqualTo("not a number");
  }

  @Test
  void saysBeforehandWhatIsExpected() {
    assertThat(COUNT.expected()).isEqualTo("a number of at least 1");
    assertThat(COUNT.check().options()).isEmpty();
    assertThat(TYPE.check().options()).containsExactly("zstd", "gzip", "producer");
    assertThat(POLICY.expected()).isEqualTo("a list of compact or delete");
    assertThat(SWITCH.expected()).isEqualTo("true or false");
  }

  @Test
  void namesTheSettingTheValueAndWhatWasExpected() {
    assertInvalid(COUNT, "many", "count", "many", "a whole number of 32 bits");
    assertInvalid(COUNT, "3000000000", "count", "a whole number of 32 bits");
    assertInvalid(COUNT, "0", "count", "a number of at least 1");
    assertInvalid(RATIO, "1.5", "a number from 0 to 1");
    assertInvalid(RATIO, "NaN", "a number from 0 to 1");
    assertInvalid(POLICY, "delete,burn", "a list of compact or delete");
    assertInvalid(TYPE, "rar", "zstd, gzip or producer");
    assertInvalid(LEVEL, "0", "a number from 1 to 9, or -1");
    assertInvalid(SWITCH, "yes", "true or false");
    assertInvalid(PAIRS, "1:x", "a list of partition:broker, or *");
    assertInvalid(LogSettings.COMPRESSION_GZIP_LEVEL, "0", "a number from 1 to 9, or -1");
    assertInvalid(PartitionerSettings.MARGAY_PARTITIONER, ":x", "NAME or NAME:OPTIONS");
    assertInvalid(LogSettings.MARGAY_STORAGE_ENGINE, "a b", "a name of a-z");
  }

  @Test
  void neverShowsASecret() {
    assertThat(COUNT.secret()).isFalse();
    assertThat(SECRET.secret()).isTrue();
    assertThatThrownBy(() -> SECRET.parse("hunter2")).isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("pass").hasMessageContaining("something longer").hasMessageNotContaining("hunter2");
  }

  @Test
  void formatsValuesAsTheyAreWritten() {
    assertThat(SettingType.LIST.format(List.of("a", "b"))).isEqualTo("a,b");
    assertThat(SettingType.LONG.format(null)).isNull();
    assertThat(SettingType.BOOLEAN.format(true)).isEqualTo("true");
  }

  @Test
  void aCatalogueKeepsTheOrderOfTheDefinitions() {
    assertThat(ALL.settings()).startsWith(COUNT, FACTOR, RETENTION).endsWith(SECRET);
    assertThat(ALL.title()).isEqualTo("test");
  }

  @Test
  void theContractsDefineWhatIsValid() {
    List<Setting<?>> settings = new ArrayList<>();
    for (SettingDefinitions part : List.of(new LogSettings(), new LogDefaults(), new StorageSettings(), new LeaseSettings(),
        new ConsensusSettings(), new PartitionerSettings(), new InternalTopicSettings())) {
      settings.addAll(part.catalogue().settings());
    }
    List<String> ofBrokers = settings.stream().filter(s -> s.scope() == Setting.Scope.BROKER).map(Setting::name).toList();
    assertThat(ofBrokers).doesNotHaveDuplicates();
    settings.forEach(s -> {
      assertThat(ofBrokers).as("synonyms of %s", s).containsAll(s.synonyms());
      assertDefaultIsValid(s);
    });
  }

  @Test
  void aSettingOfOneListenerFallsBackToTheCommonOne() {
    Setting<String> s = SECRET.ofListener("OUTSIDE", "SCRAM-SHA-256");
    assertThat(s.name()).isEqualTo("listener.name.outside.scram-sha-256.pass");
    assertThat(s.synonyms()).containsExactly("pass");
    assertThat(s.secret()).isTrue();
  }

  private static <T> void assertDefaultIsValid(Setting<T> s) {
    if (s.defaultValue() != null) {
      assertThat(s.parse(s.type().format(s.defaultValue()))).as("default of %s", s).isEqualTo(s.defaultValue());
    }
  }

  private static void assertInvalid(Setting<?> setting, String text, String... parts) {
    assertThatThrownBy(() -> setting.parse(text)).isInstanceOf(InvalidSettingException.class)
        .hasMessageContainingAll(parts)
        .satisfies(e -> assertThat(((InvalidSettingException) e).setting()).isEqualTo(setting.name()));
  }
}
