package io.margay.audit.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.metadata.ClusterImage;
import io.margay.protocol.Errors;
import io.margay.spi.config.FakeSettings;
import io.margay.spi.controller.Controller;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class TopicSinkTest {
  /** Writes with a controller that answers the creation of a topic with this error. */
  private static CompletableFuture<Void> write(Errors creation) {
    Controller controller = (Controller) Proxy.newProxyInstance(TopicSinkTest.class.getClassLoader(), new Class<?>[] {Controller.class},
        (proxy, method, arguments) -> {
          assertThat(method.getName()).isEqualTo("createTopic");
          return CompletableFuture.completedFuture(creation);
        });
    TopicSink sink = new TopicSink(new FakeSettings(), new TopicSink.Services(() -> null, () -> null, () -> controller, () -> ClusterImage.EMPTY));
    return sink.write(List.of()).toCompletableFuture();
  }

  @Test
  void theErrorSaysWhyTheTopicIsNotThere() {
    assertThatThrownBy(write(Errors.INVALID_REPLICATION_FACTOR)::get).hasCauseInstanceOf(IOException.class)
        .hasMessageContaining("the topic __margay_audit cannot be created: ").hasMessageContaining("(INVALID_REPLICATION_FACTOR)");
    assertThatThrownBy(write(Errors.NONE)::get).hasMessageContaining("the topic __margay_audit has just been created");
    assertThatThrownBy(write(Errors.TOPIC_ALREADY_EXISTS)::get).hasMessageContaining("has just been created");
  }
}
