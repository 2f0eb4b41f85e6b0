package io.margay.controller.internal.session;

import io.margay.controller.internal.session.BrokerSessions.Beat;
import io.margay.model.BrokerId;
import io.margay.protocol.message.BrokerHeartbeatRequest;
import io.margay.protocol.message.BrokerHeartbeatResponse;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Heartbeats as messages. */
public final class Heartbeats {
  private Heartbeats() { }

  /**
   * Passes a heartbeat to the sessions.
   *
   * @param answer takes the answer, now or later, on any thread
   * @return called when the connection closes before that; says whether the heartbeat still waited, so that no answer comes any more
   */
  public static BooleanSupplier receive(SessionKeeper sessions, BrokerHeartbeatRequest beat, Consumer<BrokerHeartbeatResponse> answer) {
    return sessions.beat(new Beat(new BrokerId(Math.max(-1, beat.brokerId())), beat.brokerEpoch(), beat.currentMetadataOffset(),
        beat.wantFence(), beat.wantShutDown()), status -> answer.accept(new BrokerHeartbeatResponse()
            .setErrorCode(status.error().code()).setIsCaughtUp(status.caughtUp()).setIsFenced(status.fenced())
            .setShouldShutDown(status.mayStop())));
  }
}
