package io.margay.config.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingType;
import io.margay.spi.log.LogDefaults;
import io.margay.spi.log.LogSettings;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DefinitionsTest {
  private static final Definitions KNOWN = SampleSettings.known().now();

  @Test
  void findsByScope() {
    assertThat(KNOWN.find(Setting.Scope.BROKER, "min.insync.replicas")).isSameAs(LogDefaults.MIN_INSYNC_REPLICAS);
    assertThat(KNOWN.find(Setting.Scope.TOPIC, "min.insync.replicas")).isSameAs(LogSettings.MIN_INSYNC_REPLICAS);
    assertThat(KNOWN.find(Setting.Scope.TOPIC, "listeners")).isNull();
    assertThat(KNOWN.find(Setting.Scope.GROUP, "share.isolation.level")).isNotNull();
  }

  @Test
  void knowsSettingsOfOneListener() {
    assertThat(KNOWN.broker("listener.name.outside.ssl.keystore.location").synonyms())
        .containsExactly("ssl.keystore.location");
    assertThat(KNOWN.broker("listener.name.outside.scram-sha-512.sasl.jaas.config").secret()).isTrue();
    assertThat(KNOWN.broker("listener.name.outside.nothing")).isNull();
    assertThat(KNOWN.broker("listener.name.")).isNull();
  }

  @Test
  void acceptsWhatBelongsToPlugInsAndHidesIt() {
    Setting<?> foreign = KNOWN.broker("rsm.config.bucket");
    assertThat(foreign.effective()).isFalse();
    assertThat(foreign.secret()).isTrue();
  }

  @Test
  void aFamilyStandsForSettingsWithNamesOfTheirOwn() {
    Catalogue part = new Catalogue("part");
    Setting<Integer> family = part.broker(SettingType.INT, "margay.cat.*", 1).from(1).live().doc("Doc.");
    Definitions known = new Definitions(List.of(part.settings()), name -> { });
    Setting<?> tom = known.broker("margay.cat.tom.age");
    assertThat(tom.name()).isEqualTo("margay.cat.tom.age");
    assertThat(tom.update()).isEqualTo(family.update());
    assertThatThrownBy(() -> tom.parse("0")).hasMessageContaining("margay.cat.tom.age").hasMessageContaining("at least 1");
    assertThat(known.broker("margay.cat.")).isNull();
    assertThat(known.broker("margay.cat.*")).isNull();
    assertThat(known.of(Setting.Scope.BROKER, Set.of("margay.cat.tom"))).extracting(Setting::name).contains("margay.cat.tom")
        .doesNotContain("margay.cat.*");
    assertThat(known.of(Setting.Scope.BROKER, Set.of())).extracting(Setting::name).doesNotContain("margay.cat.tom", "margay.cat.*");
  }

  @Test
  void suggestsWhatWasMeant() {
    assertThat(KNOWN.unknown("listners")).isEqualTo("there is no setting listners; did you mean listeners?");
    assertThat(KNOWN.unknown("log.retention.hour")).contains("did you mean log.retention.hours?");
    assertThat(KNOWN.unknown("retention.ms")).isEqualTo(
        "retention.ms is a setting of topics; log.retention.ms gives the default of all topics");
    assertThat(KNOWN.unknown("quite.another.thing")).isEqualTo("there is no setting quite.another.thing");
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
