package io.margay.config.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.spi.config.ServerSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.TopicSettings;
import org.junit.jupiter.api.Test;

class DefinitionsTest {
  @Test
  void findsByScope() {
    assertThat(Definitions.ALL.find(Setting.Scope.BROKER, "min.insync.replicas")).isSameAs(ServerSettings.MIN_INSYNC_REPLICAS);
    assertThat(Definitions.ALL.find(Setting.Scope.TOPIC, "min.insync.replicas")).isSameAs(TopicSettings.MIN_INSYNC_REPLICAS);
    assertThat(Definitions.ALL.find(Setting.Scope.TOPIC, "listeners")).isNull();
    assertThat(Definitions.ALL.find(Setting.Scope.GROUP, "share.isolation.level")).isNotNull();
  }

  @Test
  void knowsSettingsOfOneListener() {
    assertThat(Definitions.ALL.server("listener.name.outside.ssl.keystore.location").synonyms())
        .containsExactly("ssl.keystore.location");
    assertThat(Definitions.ALL.server("listener.name.outside.scram-sha-512.sasl.jaas.config").secret()).isTrue();
    assertThat(Definitions.ALL.server("listener.name.outside.nothing")).isNull();
    assertThat(Definitions.ALL.server("listener.name.")).isNull();
  }

  @Test
  void acceptsWhatBelongsToPlugInsAndHidesIt() {
    Setting<?> foreign = Definitions.ALL.server("rsm.config.bucket");
    assertThat(foreign.effective()).isFalse();
    assertThat(foreign.secret()).isTrue();
  }

  @Test
  void suggestsWhatWasMeant() {
    assertThat(Definitions.ALL.unknown("listners")).isEqualTo("there is no setting listners; did you mean listeners?");
    assertThat(Definitions.ALL.unknown("log.retention.hour")).contains("did you mean log.retention.hours?");
    assertThat(Definitions.ALL.unknown("retention.ms")).isEqualTo(
        "retention.ms is a setting of topics; log.retention.ms gives the default of all topics");
    assertThat(Definitions.ALL.unknown("quite.another.thing")).isEqualTo("there is no setting quite.another.thing");
  }

  @Test
  void editDistanceCountsNeighboursThatWereSwappedOnce() {
    assertThat(EditDistance.between("log.dirs", "log.dirs", 5)).isZero();
    assertThat(EditDistance.between("lgo.dirs", "log.dirs", 5)).isEqualTo(1);
    assertThat(EditDistance.between("log.dir", "log.dirs", 5)).isEqualTo(1);
    assertThat(EditDistance.between("kitten", "sitting", 9)).isEqualTo(3);
    assertThat(EditDistance.between("abc", "xyz", 2)).isEqualTo(2);
    assertThat(EditDistance.between("a", "abcdefgh", 3)).isEqualTo(3);
  }
}
