package io.margay.security.internal.kerberos;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.spi.security.LoginFailedException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GssapiLoginTest {
  private final Error error = new NoClassDefFoundError("thrown by the test");

  private GssapiLogin login(Executor blocking) {
    return new GssapiLogin(() -> {
      throw error;
    }, () -> null, "kafka", blocking);
  }

  /** The classes of the runtime's mechanism are loaded with the first login, which may fail in any way. */
  @Test
  void anErrorOnTheThreadEndsTheLogin() {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    GssapiLogin login = login(thread);
    assertThatThrownBy(() -> login.respond(new byte[1]).toCompletableFuture().get()).hasCause(error);
    assertThatThrownBy(() -> login.respond(new byte[1]).toCompletableFuture().get()).hasCauseInstanceOf(LoginFailedException.class);
    thread.shutdown();
  }

  @Test
  void aLoginThatFindsNoThreadCanBeTriedAgain() {
    ExecutorService ended = Executors.newSingleThreadExecutor();
    ended.shutdown();
    assertThatThrownBy(() -> login(ended).respond(new byte[1]).toCompletableFuture().get()).hasCauseInstanceOf(RejectedExecutionException.class);
  }
}
