package io.margay.controller.internal.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.controller.internal.state.MetadataStateMachine.Applied;
import io.margay.protocol.Errors;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultCodecTest {
  @Test
  void everyKindOfResultComesBackEqual() {
    Outcome refused = new Outcome(Errors.TOPIC_ALREADY_EXISTS, "Topic 'a' already exists.");
    for (Object value : Arrays.asList(null, true, false, 0L, -1L, Long.MAX_VALUE, Outcome.OK, refused,
        new Outcome(Errors.NONE, "a warning"), List.of(), List.of(Outcome.OK, refused))) {
      Applied applied = new Applied(Long.MAX_VALUE - 1, value);
      assertThat(ResultCodec.decode(ResultCodec.encode(applied))).isEqualTo(applied);
    }
  }

  @Test
  void bytesThatAreNoResultAreRefused() {
    byte[] bytes = ResultCodec.encode(new Applied(1, 7L));
    assertThatThrownBy(() -> ResultCodec.decode(Arrays.copyOf(bytes, bytes.length - 1))).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ResultCodec.decode(Arrays.copyOf(bytes, bytes.length + 1))).isInstanceOf(IllegalArgumentException.class);
    bytes[8] = 99;
    assertThatThrownBy(() -> ResultCodec.decode(bytes)).hasMessageContaining("99");
  }
}
