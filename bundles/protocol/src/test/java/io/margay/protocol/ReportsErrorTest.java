package io.margay.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.message.HeartbeatResponse;
import io.margay.protocol.message.MetadataRequest;
import io.margay.protocol.message.ProduceResponse;
import io.margay.protocol.message.ProduceResponse.PartitionProduceResponse;
import io.margay.protocol.message.ProduceResponse.TopicProduceResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportsErrorTest {
  private static ProduceResponse produced(int... errorCodes) {
    ProduceResponse response = new ProduceResponse();
    for (int code : errorCodes) {
      response.responses().add(new TopicProduceResponse().setPartitionResponses(List.of(new PartitionProduceResponse(),
          new PartitionProduceResponse().setErrorCode((short) code))));
    }
    return response;
  }

  @Test
  void errorCodesAreFoundInAllPartsOfAMessage() {
    assertThat(new HeartbeatResponse().reportsError()).isFalse();
    assertThat(new HeartbeatResponse().setErrorCode((short) 27).reportsError()).isTrue();
    assertThat(produced().reportsError()).isFalse();
    assertThat(produced(0, 0).reportsError()).isFalse();
    assertThat(produced(0, 6).reportsError()).isTrue();
    assertThat(produced(-1, 0).reportsError()).isTrue();
  }

  @Test
  void eachErrorCodeIsShown() {
    List<Integer> seen = new ArrayList<>();
    produced(0, 6, -1).forEachError(seen::add);
    assertThat(seen).containsExactly(6, -1);
  }

  @Test
  void whatHasNoErrorCodesReportsNone() {
    assertThat(new MetadataRequest().reportsError()).isFalse();
  }
}
