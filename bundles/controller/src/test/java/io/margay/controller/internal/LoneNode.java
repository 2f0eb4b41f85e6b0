package io.margay.controller.internal;

import io.margay.controller.internal.session.BrokerHistory;
import io.margay.model.BrokerId;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.time.ManualTime;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** A node without others; what is fatal throws. */
public final class LoneNode implements BrokerPresence.Node {
  /** @return its surroundings, with a clock that stands still */
  public static BrokerPresence.Outside outside() {
    ManualTime time = new ManualTime();
    return new BrokerPresence.Outside(time, time, new LoneNode());
  }

  @Override
  public RemoteClient client() {
    return null;
  }

  @Override
  public List<String> keptEngines() {
    return List.of();
  }

  @Override
  public BrokerHistory.Entry before() {
    return BrokerHistory.Entry.NONE;
  }

  @Override
  public void onRegistered(BrokerHistory.Entry entry) {
    // a test has one process
  }

  @Override
  public CompletionStage<Void> handOverLead(Predicate<BrokerId> active) {
    return CompletableFuture.completedStage(null);
  }

  @Override
  public void fatal(String why) {
    throw new IllegalStateException(why);
  }
}
