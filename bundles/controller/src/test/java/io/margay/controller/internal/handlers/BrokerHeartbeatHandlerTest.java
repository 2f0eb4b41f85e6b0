package io.margay.controller.internal.handlers;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.BrokerId;
import io.margay.protocol.Errors;
import io.margay.protocol.message.BrokerHeartbeatRequest;
import io.margay.protocol.message.BrokerHeartbeatResponse;
import io.margay.spi.handler.FakeRequest;
import org.junit.jupiter.api.Test;

class BrokerHeartbeatHandlerTest extends HandlerTest {
  private FakeRequest beat(long offset) {
    long epoch = controller.image().brokers().get(new BrokerId(1)).epoch();
    FakeRequest request = new FakeRequest(BrokerHeartbeatRequest.API,
        new BrokerHeartbeatRequest().setBrokerId(1).setBrokerEpoch(epoch).setCurrentMetadataOffset(offset), 1);
    new BrokerHeartbeatHandler(controller).handle(request);
    return request;
  }

  @Test
  void aHeartbeatWaitsForTheNextOne() {
    FakeRequest first = beat(1);
    assertThat(first.isAnswered()).isFalse();
    FakeRequest second = beat(2);
    assertThat(first.answer(new BrokerHeartbeatResponse()).errorCode()).isEqualTo(Errors.NONE.code());
    assertThat(second.isAnswered()).isFalse();
  }

  /** Its frame, its memory and the handler are released. */
  @Test
  void aHeartbeatWhoseConnectionClosesIsEnded() {
    FakeRequest first = beat(1);
    FakeRequest second = beat(2);
    first.cancel();
    assertThat(second.isAnswered()).isFalse();
    second.cancel();
    assertThat(second.answeredNothing()).isTrue();
  }
}
