package io.margay.security.internal.kerberos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.kafka.common.security.kerberos.KerberosName;
import org.apache.kafka.common.security.kerberos.KerberosShortNamer;
import org.junit.jupiter.api.Test;

/** Against Kafka's own rules. */
class KerberosRulesTest {
  private static final List<String> NAMES = List.of("alice@REALM", "Alice/Admin@REALM", "kafka/host.example@REALM", "bob@OTHER", "app-x/h@OTHER",
      "x@", "a.b@REALM");

  @Test
  void namesAreMappedAsByKafka() {
    for (List<String> rules : List.of(List.of("DEFAULT"), List.of("RULE:[1:$1@$0](.*@OTHER)s/@.*//", "DEFAULT"), List.of("RULE:[2:$1](kafka)s/^.*$/broker/"),
        List.of("RULE:[2:$1.$2](.*)s/[.]/-/g", "RULE:[1:$1]/U"), List.of("RULE:[1:$1](a.*)/L", "RULE:[2:$1-$2]s/a/b/"),
        List.of("RULE:[2:$1;$2](Alice;.*)s/;.*//L"), List.of("RULE:[1:$1@$0]"), List.of("RULE:[2:$0]", "RULE:[1:fixed]"))) {
      KerberosShortNamer theirs = KerberosShortNamer.fromUnparsedRules("REALM", rules);
      KerberosRules ours = KerberosRules.parse(rules, () -> "REALM");
      for (String name : NAMES) {
        String expected;
        try {
          expected = theirs.shortName(KerberosName.parse(name));
        } catch (Exception noRule) {
          expected = null;
        }
        assertThat(ours.user(name)).as("%s by %s", name, rules).isEqualTo(expected);
      }
    }
  }

  @Test
  void whatIsNoRuleIsRefused() {
    for (String broken : new String[] {"", "RULE:", "RULE:[1:$1](", "RULE:[1:$1](()", "default", "RULE:[1:$1]s/a/b"}) {
      assertThatThrownBy(() -> KerberosRules.parse(List.of(broken), () -> "")).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("sasl.kerberos.principal.to.local.rules");
    }
    assertThat(KerberosRules.parse(List.of("DEFAULT"), () -> "REALM").user("no name")).isNull();
  }
}
