package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.spi.security.PrincipalRules;
import java.util.List;
import org.apache.kafka.common.security.ssl.SslPrincipalMapper;
import org.junit.jupiter.api.Test;

/** Against Kafka's own rules. */
class PrincipalRulesTest {
  private static final List<String> NAMES = List.of("CN=Alice,OU=Eng,O=Example", "CN=kafka1.example.com,OU=SME,O=mycp,L=Fulton,ST=MD,C=US",
      "O=Example", "CN=a\\,b,O=Example");

  @Test
  void namesAreMappedAsByKafka() throws Exception {
    for (String rules : List.of("DEFAULT", "RULE:^CN=([^,]+),.*$/$1/", "RULE:^CN=([^,]+),.*$/$1/L,DEFAULT", "RULE:^CN=([^,]+),.*$/User-$1/U , DEFAULT",
        "RULE:^CN=(.*?),OU=SME.*$/$1@sme/, RULE:^CN=(.*?),OU=(.*?),O=(.*?)$/$1@$2/L,DEFAULT", "RULE:^O=(.*)$/a\\/b$1/,DEFAULT")) {
      SslPrincipalMapper theirs = SslPrincipalMapper.fromRules(rules);
      PrincipalRules ours = PrincipalRules.parse("ssl.principal.mapping.rules", rules);
      for (String name : NAMES) {
        String expected;
        try {
          expected = theirs.getName(name);
        } catch (Exception noRule) {
          expected = null;
        }
        assertThat(ours.name(name)).as("%s by %s", name, rules).isEqualTo(expected);
      }
    }
  }

  @Test
  void whatIsNoRuleIsRefused() {
    for (String wrong : List.of("default", "RULE:a", "RULE:(/x/", "RULE:a/b/X", "DEFAULT DEFAULT")) {
      assertThatThrownBy(() -> PrincipalRules.parse("ssl.principal.mapping.rules", wrong)).as(wrong).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("ssl.principal.mapping.rules");
    }
  }
}
