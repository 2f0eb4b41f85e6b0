package io.margay.simulation;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A future for which a {@link Strand} may wait. What is asked of it has an end in simulated time, so the wait needs none. */
final class Awaited<T> extends CompletableFuture<T> {
  static <T> Awaited<T> of(CompletionStage<? extends T> stage) {
    Awaited<T> awaited = new Awaited<>();
    stage.whenComplete((value, e) -> {
      if (e == null) {
        awaited.complete(value);
      } else {
        awaited.completeExceptionally(e instanceof CompletionException && e.getCause() != null ? e.getCause() : e);
      }
    });
    return awaited;
  }

  @Override
  public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
    Strand.await(this);
    return super.get(timeout, unit);
  }
}
