package io.margay.log.internal;

import io.margay.spi.log.PartitionLog.ProducerInfo;
import java.util.List;
import java.util.function.Supplier;

/** The producers of one log for threads that do not hold its lock: each call takes the lock for a moment. */
final class GuardedProducers {
  private final SegmentedPartitionLog log;

  GuardedProducers(SegmentedPartitionLog log) {
    this.log = log;
  }

  private <T> T locked(Supplier<T> call) {
    log.lock.lock();
    try {
      return call.get();
    } finally {
      log.lock.unlock();
    }
  }

  List<ProducerInfo> infos() {
    return locked(log.state.producers::infos);
  }

  /** Forgets those that have been silent for too long. */
  void expire(long nowMs) {
    locked(() -> {
      // The store may have rolled on its own since, so the size is asked for again.
      log.appender.forgetActiveSegment();
      log.state.producers.expire(nowMs, log.environment.producerExpirationMs().getAsLong());
      return null;
    });
  }

  int count() {
    return locked(log.state.producers::size);
  }

  /** As {@link ProducerStates#idle}. */
  int idle(long[] target, int from) {
    return locked(() -> log.state.producers.idle(target, from));
  }

  /** As {@link ProducerStates#forget}. */
  int forget(long lastSeenMs, int most) {
    return locked(() -> log.state.producers.forget(lastSeenMs, most));
  }

  /** As {@link ProducerStates#beginVerification}. */
  long beginVerification(long producerId, short producerEpoch) {
    return locked(() -> log.state.producers.beginVerification(producerId, producerEpoch));
  }

  /** As {@link ProducerStates#endVerification}. */
  boolean endVerification(long producerId, long verification) {
    return locked(() -> log.state.producers.endVerification(producerId, verification));
  }
}
