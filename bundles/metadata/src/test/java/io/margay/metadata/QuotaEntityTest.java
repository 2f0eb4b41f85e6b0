package io.margay.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuotaEntityTest {
  @ParameterizedTest
  @CsvSource({"1.2.3.4, 1.2.3.4", "::1, 0:0:0:0:0:0:0:1", "0:0::0:2, 0:0:0:0:0:0:0:2", "FE80::a, fe80:0:0:0:0:0:0:a", "::ffff:1.2.3.4, 1.2.3.4"})
  void anAddressHasOneForm(String text, String usual) {
    assertThat(QuotaEntity.address(text).getHostAddress()).isEqualTo(usual);
  }

  /** Those in the second line would be looked up as names by java.net.InetAddress. */
  @ParameterizedTest
  @ValueSource(strings = {"", "1.2.3", "1.2.3.4.", "256.1.1.1", "::g", ":", "1:2", "::1%lo", "[::1]", "1.2.3.4:80",
      "localhost", "x:y", ".:", "host.example:9092", "a", "12345"})
  void aNameIsNoAddress(String text) {
    assertThat(QuotaEntity.address(text)).isNull();
  }
}
