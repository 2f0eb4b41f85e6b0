package io.margay.controller.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.controller.internal.state.Command.ConfigChange;
import io.margay.controller.internal.state.Command.ConfigEdit;
import io.margay.controller.internal.state.Command.Operation;
import io.margay.controller.internal.state.Outcome;
import io.margay.metadata.ConfigResource;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.protocol.Errors;
import io.margay.spi.config.FakeSettings;
import io.margay.spi.controller.BoundListeners;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class ListenerCheckTest {
  private final FakeSettings settings = new FakeSettings().nodeId(new BrokerId(1));
  private final ListenerCheck check = new ListenerCheck(settings);
  private final List<List<Endpoint>> tried = new ArrayList<>();
  private String problem;

  private final BoundListeners server = new BoundListeners() {
    @Override
    public List<Endpoint> advertised() {
      return settings.advertisedListeners();
    }

    @Override
    public CompletionStage<String> refusal(List<Endpoint> listeners) {
      tried.add(listeners);
      return CompletableFuture.completedFuture(problem);
    }
  };

  private static ConfigChange change(int broker, String name, String value) {
    return new ConfigChange(ConfigResource.broker(broker), false, List.of(new ConfigEdit(name, Operation.SET, value, null)));
  }

  @Test
  void onlyTheListenersOfThisBrokerAreItsConcern() {
    assertThat(check.concerns(change(1, "listeners", "PLAINTEXT://h:1"))).isTrue();
    assertThat(check.concerns(change(1, "advertised.listeners", "PLAINTEXT://h:1"))).isTrue();
    assertThat(check.concerns(change(2, "listeners", "PLAINTEXT://h:1"))).isFalse();
    assertThat(check.concerns(change(1, "num.partitions", "2"))).isFalse();
  }

  @Test
  void whatIsNotValidIsRefusedWithoutATrial() {
    check.bound(server);
    assertThat(refusal("PLAINTEXT://h:70000").error()).isEqualTo(Errors.INVALID_CONFIG);
    assertThat(tried).isEmpty();
  }

  @Test
  void whatCannotBeBoundIsRefusedInTheServersWords() {
    check.bound(server);
    problem = "cannot listen there";
    assertThat(refusal("PLAINTEXT://h:1").message()).isEqualTo("cannot listen there");
    assertThat(tried).containsExactly(List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "h", 1)));
    problem = null;
    assertThat(refusal("PLAINTEXT://h:1")).isNull();
    check.bound(null);
    problem = "nobody asks";
    assertThat(refusal("PLAINTEXT://h:1")).as("the server is not there").isNull();
  }

  private Outcome refusal(String listeners) {
    return check.refusal(change(1, "listeners", listeners), Map.of()).toCompletableFuture().join();
  }
}
