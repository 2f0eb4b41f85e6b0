package io.margay.spi.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SettingTest {
  @Test
  void parsesEachTypeAndIgnoresWhiteSpaceAround() {
    assertThat(ServerSettings.NUM_PARTITIONS.parse(" 12 ")).isEqualTo(12);
    assertThat(ServerSettings.OFFSETS_TOPIC_REPLICATION_FACTOR.parse("2")).isEqualTo((short) 2);
    assertThat(TopicSettings.RETENTION_MS.parse("-1")).isEqualTo(-1L);
    assertThat(TopicSettings.PREALLOCATE.parse("TRUE")).isTrue();
    assertThat(TopicSettings.MIN_CLEANABLE_DIRTY_RATIO.parse("0.25")).isEqualTo(0.25);
    assertThat(TopicSettings.CLEANUP_POLICY.parse("compact , delete")).containsExactly("compact", "delete");
    assertThat(TopicSettings.CLEANUP_POLICY.parse("")).isEmpty();
    assertThat(TopicSettings.COMPRESSION_TYPE.parse("zstd")).isEqualTo("zstd");
  }

  @Test
  void saysBeforehandWhatIsExpected() {
    assertThat(ServerSettings.NUM_PARTITIONS.expected()).isEqualTo("a number of at least 1");
    assertThat(ServerSettings.NUM_PARTITIONS.check().options()).isEmpty();
    assertThat(TopicSettings.COMPRESSION_TYPE.check().options())
        .containsExactly("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer");
    assertThat(TopicSettings.CLEANUP_POLICY.expected()).isEqualTo("a list of compact or delete");
    assertThat(TopicSettings.PREALLOCATE.expected()).isEqualTo("true or false");
  }

  @Test
  void namesTheSettingTheValueAndWhatWasExpected() {
    assertInvalid(ServerSettings.NUM_PARTITIONS, "many", "num.partitions", "many", "a whole number of 32 bits");
    assertInvalid(ServerSettings.NUM_PARTITIONS, "3000000000", "num.partitions", "a whole number of 32 bits");
    assertInvalid(ServerSettings.NUM_PARTITIONS, "0", "num.partitions", "a number of at least 1");
    assertInvalid(TopicSettings.MIN_CLEANABLE_DIRTY_RATIO, "1.5", "a number from 0 to 1");
    assertInvalid(TopicSettings.MIN_CLEANABLE_DIRTY_RATIO, "NaN", "a number from 0 to 1");
    assertInvalid(TopicSettings.CLEANUP_POLICY, "delete,burn", "a list of compact or delete");
    assertInvalid(TopicSettings.CLEANUP_POLICY, "delete,delete", "a list of compact or delete");
    assertInvalid(TopicSettings.COMPRESSION_TYPE, "rar", "uncompressed, zstd, lz4, snappy, gzip or producer");
    assertInvalid(TopicSettings.COMPRESSION_GZIP_LEVEL, "0", "a number from 1 to 9, or -1");
    assertInvalid(TopicSettings.PREALLOCATE, "yes", "true or false");
    assertInvalid(TopicSettings.LEADER_REPLICATION_THROTTLED_REPLICAS, "1:x", "a list of partition:broker, or *");
    assertInvalid(GroupSettings.SHARE_AUTO_OFFSET_RESET, "by_duration:1h", "such as by_duration:PT1H");
    assertThat(GroupSettings.SHARE_AUTO_OFFSET_RESET.parse("by_duration:PT1H")).isEqualTo("by_duration:PT1H");
  }

  @Test
  void neverShowsASecret() {
    Setting<Long> secretNumber = new Setting<>("x", SettingType.LONG, 1L, v -> null, Setting.Scope.BROKER,
        Setting.Update.AT_START, true, List.of(), "");
    assertThat(secretNumber.secret()).isFalse();
    Setting<String> secret = new Setting<>("pass", SettingType.PASSWORD, null, v -> "something longer", Setting.Scope.BROKER,
        Setting.Update.AT_START, true, List.of(), "");
    assertThat(secret.secret()).isTrue();
    assertThatThrownBy(() -> secret.parse("hunter2")).isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("pass").hasMessageContaining("something longer").hasMessageNotContaining("hunter2");
  }

  @Test
  void formatsValuesAsTheyAreWritten() {
    assertThat(SettingType.LIST.format(List.of("a", "b"))).isEqualTo("a,b");
    assertThat(SettingType.LONG.format(null)).isNull();
    assertThat(SettingType.BOOLEAN.format(true)).isEqualTo("true");
  }

  @Test
  void cataloguesAreConsistent() {
    List<String> servers = ServerSettings.all().stream().map(Setting::name).toList();
    assertThat(servers).isSorted().doesNotHaveDuplicates().hasSizeGreaterThan(380);
    assertThat(TopicSettings.all()).hasSize(41);
    assertThat(GroupSettings.all()).hasSize(27);
    Stream.of(ServerSettings.all(), TopicSettings.all(), GroupSettings.all()).flatMap(List::stream).forEach(s -> {
      assertThat(servers).as("synonyms of %s", s).containsAll(s.synonyms());
      assertThat(s.documentation()).as("documentation of %s", s).isNotBlank();
      assertDefaultIsValid(s);
    });
    assertThat(TopicSettings.all()).allMatch(s -> s.scope() == Setting.Scope.TOPIC);
    assertThat(GroupSettings.all()).allMatch(s -> s.scope() == Setting.Scope.GROUP);
    assertThat(ServerSettings.all()).allMatch(s -> s.scope() == Setting.Scope.BROKER);
  }

  @Test
  void aSettingOfOneListenerFallsBackToTheCommonOne() {
    Setting<String> s = ServerSettings.ofListener(ServerSettings.SASL_JAAS_CONFIG, "OUTSIDE", "SCRAM-SHA-256");
    assertThat(s.name()).isEqualTo("listener.name.outside.scram-sha-256.sasl.jaas.config");
    assertThat(s.synonyms()).containsExactly("sasl.jaas.config");
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
