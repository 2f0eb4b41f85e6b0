package io.margay.controller.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.protocol.Errors;
import io.margay.spi.config.InvalidSettingException;
import io.margay.spi.controller.Controller;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class TopicsOfStartTest {
  private final List<String> created = new ArrayList<>();
  private final CompletableFuture<Void> registered = new CompletableFuture<>();
  private final Controller controller = new Controller() {
    @Override
    public CompletionStage<Errors> createTopic(String name, int partitions, int replicationFactor, Map<String, String> configs,
        boolean internal) {
      created.add(name + " " + partitions + " " + replicationFactor + " " + configs);
      return CompletableFuture.completedStage(name.equals("there") ? Errors.TOPIC_ALREADY_EXISTS : Errors.NONE);
    }

    @Override
    public CompletionStage<ProducerIdBlock> allocateProducerIds() {
      return CompletableFuture.failedStage(new IllegalStateException("not asked for here"));
    }

    @Override
    public CompletionStage<List<Errors>> alterIsr(long brokerEpoch, List<IsrChange> changes) {
      return CompletableFuture.failedStage(new IllegalStateException("not asked for here"));
    }

    @Override
    public CompletionStage<Void> whenRegistered() {
      return registered;
    }
  };

  @Test
  void createsEachTopicOnceTheBrokerIsRegistered() {
    new TopicsOfStart(controller, OtherSettings.known().with("margay.create.topics", "a:3:1, b:1:1:compact,there:2,plain"));
    assertThat(created).isEmpty();
    registered.complete(null);
    assertThat(created).containsExactly("a 3 1 {}", "b 1 1 {cleanup.policy=compact}", "there 2 -1 {}", "plain -1 -1 {}");
  }

  @Test
  void createsNothingByDefault() {
    new TopicsOfStart(controller, OtherSettings.known());
    registered.complete(null);
    assertThat(created).isEmpty();
  }

  @Test
  void aMistakeStopsTheStart() {
    for (String wrong : List.of("a:x", "a:1:1:burn", "a:0", ":1:1", "a b")) {
      assertThatThrownBy(() -> ControllerSettings.MARGAY_CREATE_TOPICS.parse(wrong)).as(wrong)
          .isInstanceOf(InvalidSettingException.class).hasMessageContaining("NAME:PARTITIONS:REPLICAS");
    }
  }
}
