package io.margay.controller.internal.handlers;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.controller.internal.session.BrokerLink;
import io.margay.controller.internal.state.Command.FoundData;
import io.margay.controller.internal.state.Command.RegisterBroker;
import io.margay.controller.internal.state.Registration;
import io.margay.metadata.BrokerImage;
import io.margay.model.BrokerId;
import io.margay.protocol.Errors;
import io.margay.protocol.message.BrokerHeartbeatRequest;
import io.margay.protocol.message.BrokerHeartbeatResponse;
import io.margay.spi.handler.FakeRequest;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BrokerHeartbeatHandlerTest extends HandlerTest {
  private long epochOfTwo;

  @BeforeEach
  void registerAnotherBroker() throws Exception {
    epochOfTwo = controller.<Long>propose(new RegisterBroker(new BrokerId(2), new UUID(2, 2), ENDPOINTS, null, false, FoundData.NONE,
        new Registration.Defaults(1, false, false, "file"))).toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private FakeRequest beat(int broker, long epoch, long offset, boolean wantFence) {
    return beat(BrokerLink.clientId(new BrokerId(broker), new UUID(broker, broker)), broker, epoch, offset, wantFence);
  }

  private FakeRequest beat(String clientId, int broker, long epoch, long offset, boolean wantFence) {
    FakeRequest request = new FakeRequest(BrokerHeartbeatRequest.API, new BrokerHeartbeatRequest().setBrokerId(broker).setBrokerEpoch(epoch)
        .setCurrentMetadataOffset(offset).setWantFence(wantFence), 1).clientId(clientId);
    new BrokerHeartbeatHandler(controller).handle(request);
    return request;
  }

  private FakeRequest beat(long offset) {
    return beat(2, epochOfTwo, offset, true);
  }

  /** Else any client could have the broker fenced that it talks to: the epochs of brokers are small numbers. */
  @Test
  void nobodyElseSpeaksForTheControllersOwnBroker() throws Exception {
    BrokerImage before = controller.image().brokers().get(new BrokerId(1));
    assertThat(beat(1, before.epoch(), 1, true).answer(new BrokerHeartbeatResponse()).errorCode())
        .isEqualTo(Errors.CLUSTER_AUTHORIZATION_FAILED.code());
    controller.allocateProducerIds().toCompletableFuture().get(60, TimeUnit.SECONDS);
    assertThat(controller.image().brokers().get(new BrokerId(1))).isEqualTo(before);
  }

  @Test
  void onlyTheRegisteredProcessSpeaksForABroker() throws Exception {
    for (String stranger : new String[] {"", "margay-broker-2", BrokerLink.clientId(new BrokerId(2), new UUID(2, 3))}) {
      assertThat(beat(stranger, 2, epochOfTwo, 1, true).answer(new BrokerHeartbeatResponse()).errorCode())
          .isEqualTo(Errors.CLUSTER_AUTHORIZATION_FAILED.code());
    }
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
