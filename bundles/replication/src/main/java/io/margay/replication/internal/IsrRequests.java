package io.margay.replication.internal;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.model.BrokerId;
import io.margay.protocol.Errors;
import io.margay.spi.controller.Controller;
import io.margay.spi.controller.Controller.IsrChange;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
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
  private static final Logger LOG = LoggerFactory.getLogger(IsrRequests.class);
  /** The answer when nobody knows whether the change was made. */
  static final Errors UNDECIDED = Errors.UNKNOWN_SERVER_ERROR;
  private static final int MOST_PER_REQUEST = 2_000;

  private record Waiting(IsrChange change, Consumer<Errors> decided) { }

  private final BrokerId self;
  private final Supplier<ClusterImage> image;
  private final List<Waiting> waiting = new ArrayList<>();
  private Controller controller;
  /** The request that is open, or null. */
  private Request request;
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

  /** @param service no longer asked; another one that has come stays. What it has not answered is undecided. */
  public void controllerLeft(Controller service) {
    Request open;
    synchronized (this) {
      if (controller != service) {
        return;
      }
      controller = null;
      open = request;
    }
    if (open != null) {
      open.answered(null);
    }
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
      Request next;
      Controller current;
      BrokerImage registered = image.get().brokers().get(self);
      synchronized (this) {
        request = null;
        if (waiting.isEmpty()) {
          asking = false;
          return;
        }
        List<Waiting> first = waiting.subList(0, Math.min(waiting.size(), MOST_PER_REQUEST));
        next = new Request(List.copyOf(first));
        first.clear();
        request = next;
        current = registered == null ? null : controller;
      }
      if (current == null) {
        next.decide(null);
      } else {
        alter(current, registered.epoch(), next);
        return;
      }
    }
  }

  private static void alter(Controller controller, long brokerEpoch, Request request) {
    CompletionStage<List<Errors>> answers;
    try {
      answers = controller.alterIsr(brokerEpoch, request.changes());
    } catch (RuntimeException e) {
      answers = CompletableFuture.failedStage(e);
    }
    answers.whenComplete((errors, failure) -> request.answered(errors));
  }

  /** One request to the controller; it is decided once. */
  private final class Request {
    private final List<Waiting> asked;
    private final AtomicBoolean decided = new AtomicBoolean();

    Request(List<Waiting> asked) {
      this.asked = asked;
    }

    List<IsrChange> changes() {
      return asked.stream().map(Waiting::change).toList();
    }

    /** @param answers null when there are none */
    void answered(List<Errors> answers) {
      if (decide(answers)) {
        askNext();
      }
    }

    boolean decide(List<Errors> answers) {
      if (!decided.compareAndSet(false, true)) {
        return false;
      }
      boolean usable = answers != null && answers.size() == asked.size();
      for (int i = 0; i < asked.size(); i++) {
        try {
          asked.get(i).decided().accept(usable ? answers.get(i) : UNDECIDED);
        } catch (RuntimeException | Error e) {
          LOG.error("The answer to a change of an ISR could not be taken partition={}", asked.get(i).change().partition(), e);
        }
      }
      return true;
    }
  }
}
