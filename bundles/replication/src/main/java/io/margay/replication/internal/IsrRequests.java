package io.margay.replication.internal;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.model.BrokerId;
import io.margay.protocol.Errors;
import io.margay.spi.controller.Controller;
import io.margay.spi.controller.Controller.IsrChange;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the controller for new ISRs: one request at a time, each with all changes that wait. So a follower that leaves the ISR of
 * thousands of partitions costs few requests. At most one change of each leadership waits. Safe for all threads.
 *
 * <p>While there is no controller service, for example because its bundle is updated, changes are answered at once with
 * {@link #UNDECIDED}, and their leaders ask again.
 */
public final class IsrRequests {
  /** The answer when nobody knows whether the change was made. */
  static final Errors UNDECIDED = Errors.UNKNOWN_SERVER_ERROR;
  private static final Logger LOG = LoggerFactory.getLogger(IsrRequests.class);
  private static final int MOST_PER_REQUEST = 2_000;

  private record Waiting(IsrChange change, Consumer<Errors> decided) { }

  private final BrokerId self;
  private final Supplier<ClusterImage> image;
  private final List<Waiting> waiting = new ArrayList<>();
  private Controller controller;
  private boolean asking;

  /**
   * @param self this broker
   * @param image the newest image, which has the epoch of this broker's registration
   */
  IsrRequests(BrokerId self, Supplier<ClusterImage> image) {
    this.self = self;
    this.image = image;
  }

  /** @param service the controller to ask from now on; null for none */
  public synchronized void controller(Controller service) {
    controller = service;
  }

  /** @param service no longer asked; another one that has come stays */
  public synchronized void controllerLeft(Controller service) {
    controller = controller == service ? null : controller;
  }

  /**
   * Asks for a change.
   *
   * @param change the change
   * @param decided gets the controller's answer, or {@link #UNDECIDED}; on any thread, also on this one
   */
  void ask(IsrChange change, Consumer<Errors> decided) {
    synchronized (this) {
      waiting.add(new Waiting(change, decided));
      if (asking) {
        return;
      }
      asking = true;
    }
    askNext();
  }

  private void askNext() {
    for (;;) {
      List<Waiting> asked;
      Controller current;
      synchronized (this) {
        if (waiting.isEmpty()) {
          asking = false;
          return;
        }
        List<Waiting> first = waiting.subList(0, Math.min(waiting.size(), MOST_PER_REQUEST));
        asked = List.copyOf(first);
        first.clear();
        current = controller;
      }
      BrokerImage registered = image.get().brokers().get(self);
      if (current != null && registered != null) {
        send(current, registered.epoch(), asked);
        return;
      }
      asked.forEach(one -> one.decided().accept(UNDECIDED));
    }
  }

  private void send(Controller current, long brokerEpoch, List<Waiting> asked) {
    current.alterIsr(brokerEpoch, asked.stream().map(Waiting::change).toList()).whenComplete((answers, failure) -> {
      if (failure != null || answers.size() != asked.size()) {
        LOG.debug("The controller did not answer to changes of ISRs changes={}", asked.size(), failure);
      }
      for (int i = 0; i < asked.size(); i++) {
        asked.get(i).decided().accept(failure != null || answers.size() != asked.size() ? UNDECIDED : answers.get(i));
      }
      askNext();
    });
  }
}
