package io.margay.replication.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.TopicsImage;
import io.margay.model.BrokerId;
import io.margay.model.LeaderEpoch;
import io.margay.model.TopicIdPartition;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.spi.controller.Controller;
import io.margay.spi.controller.FakeController;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class IsrRequestsTest {
  private static final BrokerId SELF = new BrokerId(1);

  /** Answers when the test says so. */
  private static class SlowController extends FakeController {
    final List<List<IsrChange>> requests = new ArrayList<>();
    final List<CompletableFuture<List<Errors>>> answers = new ArrayList<>();

    @Override
    public CompletionStage<List<Errors>> alterIsr(long brokerEpoch, List<IsrChange> changes) {
      assertThat(brokerEpoch).isEqualTo(77);
      requests.add(changes);
      answers.add(new CompletableFuture<>());
      return answers.get(answers.size() - 1);
    }
  }

  private final TreeMap<BrokerId, BrokerImage> brokers = new TreeMap<>(Map.of(SELF, new BrokerImage(SELF, 77, List.of(), null, false)));
  private final IsrRequests requests = new IsrRequests(SELF,
      () -> new ClusterImage("cluster", 1, SELF, brokers, TopicsImage.EMPTY, Map.of(), Map.of()));
  private final SlowController controller = new SlowController();
  private final List<String> told = new ArrayList<>();

  private void ask(int partition) {
    Controller.IsrChange change = new Controller.IsrChange(new TopicIdPartition(new UUID(1, 1), new TopicPartition("a", partition)),
        new LeaderEpoch(1), 1, Map.of(SELF, 77L));
    requests.ask(change, error -> told.add(partition + " " + error));
  }

  @Test
  void whatWaitsGoesTogether() {
    requests.controller(controller);
    ask(0);
    ask(1);
    ask(2);
    assertThat(controller.requests).hasSize(1);
    controller.answers.get(0).complete(List.of(Errors.NONE));
    assertThat(controller.requests.get(1)).hasSize(2);
    controller.answers.get(1).complete(List.of(Errors.NONE, Errors.INELIGIBLE_REPLICA));
    assertThat(told).containsExactly("0 NONE", "1 NONE", "2 INELIGIBLE_REPLICA");
  }

  @Test
  void aFailureOrAWrongAnswerLeavesItUndecided() {
    requests.controller(controller);
    ask(0);
    controller.answers.get(0).completeExceptionally(new IllegalStateException("no controller"));
    ask(1);
    controller.answers.get(1).complete(List.of());
    assertThat(told).containsExactly("0 " + IsrRequests.UNDECIDED, "1 " + IsrRequests.UNDECIDED);
  }

  @Test
  void aControllerThatLeavesLeavesItUndecidedAndTheNextOneIsAsked() {
    ask(0);
    assertThat(told).containsExactly("0 " + IsrRequests.UNDECIDED);
    requests.controller(controller);
    ask(1);
    requests.controllerLeft(controller);
    assertThat(told).endsWith("1 " + IsrRequests.UNDECIDED);
    controller.answers.get(0).complete(List.of(Errors.NONE));
    assertThat(told).hasSize(2);
    SlowController next = new SlowController();
    requests.controller(next);
    requests.controllerLeft(controller);
    ask(2);
    next.answers.get(0).complete(List.of(Errors.NONE));
    assertThat(told).endsWith("2 NONE");
  }

  @Test
  void aCallerThatFailsStopsNobody() {
    requests.controller(controller);
    Controller.IsrChange change = new Controller.IsrChange(new TopicIdPartition(new UUID(1, 1), new TopicPartition("a", 9)),
        new LeaderEpoch(1), 1, Map.of(SELF, 77L));
    requests.ask(change, error -> {
      throw new IllegalStateException("on purpose");
    });
    ask(0);
    controller.answers.get(0).complete(List.of(Errors.NONE));
    controller.answers.get(1).complete(List.of(Errors.NONE));
    assertThat(told).containsExactly("0 NONE");
  }

  @Test
  void aControllerThatThrowsLeavesItUndecided() {
    brokers.put(SELF, new BrokerImage(SELF, 78, List.of(), null, false));
    requests.controller(new SlowController() {
      @Override
      public CompletionStage<List<Errors>> alterIsr(long brokerEpoch, List<IsrChange> changes) {
        throw new IllegalStateException("on purpose");
      }
    });
    ask(0);
    ask(1);
    assertThat(told).containsExactly("0 " + IsrRequests.UNDECIDED, "1 " + IsrRequests.UNDECIDED);
  }
}
