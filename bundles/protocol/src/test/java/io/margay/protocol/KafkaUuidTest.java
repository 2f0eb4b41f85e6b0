package io.margay.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class KafkaUuidTest {
  @Test
  void hasTheTextOfKafka() {
    for (int i = 0; i < 1000; i++) {
      UUID id = KafkaUuid.random();
      String text = KafkaUuid.toString(id);
      Uuid theirs = Uuid.fromString(text);
      assertThat(text).hasSize(22).doesNotStartWith("-").isEqualTo(theirs.toString());
      assertThat(theirs).isEqualTo(new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits()));
      assertThat(KafkaUuid.fromString(text)).isEqualTo(id);
      assertThat(KafkaUuid.isReserved(id)).isFalse();
    }
    assertThat(KafkaUuid.toString(KafkaUuid.ZERO)).isEqualTo(Uuid.ZERO_UUID.toString());
  }

  @Test
  void knowsTheReservedIds() {
    assertThat(KafkaUuid.isReserved(new UUID(0, 0))).isTrue();
    assertThat(KafkaUuid.isReserved(new UUID(0, 99))).isTrue();
    assertThat(KafkaUuid.isReserved(new UUID(0, 100))).isFalse();
    assertThat(KafkaUuid.isReserved(new UUID(0, -1))).isFalse();
  }

  @Test
  void refusesOtherTexts() {
    for (String text : new String[] {"", "AAAA", "not base64 at all!!!!!", "A".repeat(40)}) {
      assertThatThrownBy(() -> KafkaUuid.fromString(text)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
