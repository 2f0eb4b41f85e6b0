package io.margay.http.internal;

import io.margay.model.Scheduler;
import io.margay.spi.lease.ServiceHolder;
import io.margay.spi.producer.Producer;
import io.margay.spi.producer.Producer.Sent;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends the records of one request. A record without a partition goes through the service {@code Producer}. It holds a lease of the
 * service until its result is known, so the service is not released with records in flight. While the service is unavailable, the
 * next record waits. Used by one thread at a time; results arrive on any thread.
 */
final class Sending {
  private final Producing producing;
  private final Target target;
  private final Runnable onEvent;
  private final Runnable onTime;
  private final AtomicInteger underWay = new AtomicInteger();
  private final Map<Integer, PartitionWriter> writers = new HashMap<>();
  /** For how long the next record has been postponed because of the client's quota, in all. */
  private long postponedMs;

  // guarded by this
  private ServiceHolder.Lease<Producer> lease;
  private boolean awaiting;
  private boolean producerMissing;
  private boolean closed;
  /** Wakes a record that waits because of its client's quota; null while none does. */
  private Scheduler.Timer pause;

  /**
   * @param onEvent called, on any thread, when a result is known or a record that had to wait may be sent
   * @param onTime called, on any thread, when a record that had to wait because of the client's quota may be sent
   */
  Sending(Producing producing, Target target, Runnable onEvent, Runnable onTime) {
    this.onTime = onTime;
    this.producing = producing;
    this.target = target;
    this.onEvent = onEvent;
  }

  /** @return the slot of its result; null when the record must wait; then call this again with the same record after an event */
  Slot send(RecordRequest record) {
    HttpError denied = target.access().refusal();
    if (denied != null) {
      return Slot.failed(denied);
    }
    if (record.partition() != null && record.partition() >= target.partitions()) {
      return Slot.failed(new HttpError(404, HttpError.PARTITION_NOT_FOUND, "topic " + target.topic() + " has no partition "
          + record.partition() + "; it has 0 to " + (target.partitions() - 1), 0));
    }
    if (record.sizeBytes() > target.maxBytes()) {
      return Slot.failed(HttpError.tooLarge("a record has " + record.sizeBytes()
          + " bytes, more than the topic's max.message.bytes, " + target.maxBytes()));
    }
    synchronized (this) {
      if (pause != null) {
        return null;
      }
    }
    int waitMs = target.access().produced(0);
    if (waitMs > 0) {
      return postpone(waitMs);
    }
    postponedMs = 0;
    if (record.partition() != null) {
      return send(record, null);
    }
    ServiceHolder.Lease<Producer> use = takeProducer();
    if (use != null) {
      return send(record, use);
    }
    return producerGone() ? Slot.failed(HttpError.unavailable(
        "the producer of this server is being replaced, and did not come back in time")) : null;
  }

  /** A short wait is not seen by the client; after a longer one it should ask again. */
  private Slot postpone(int ms) {
    if (postponedMs + ms > producing.limits().timeoutMs() / 2) {
      postponedMs = 0;
      return Slot.failed(HttpError.overQuota(ms));
    }
    postponedMs += ms;
    synchronized (this) {
      if (pause == null && !closed) {
        pause = producing.scheduler().after(ms, this::endPause);
      }
    }
    return null;
  }

  private void endPause() {
    synchronized (this) {
      pause = null;
    }
    onTime.run();
  }

  private Slot send(RecordRequest record, ServiceHolder.Lease<Producer> use) {
    long bytes = record.sizeBytes();
    if (!producing.budget().tryTake(bytes)) {
      if (use != null) {
        use.close();
      }
      // there is room for this one as soon as one of ours is written
      return underWay.get() > 0 ? null
          : Slot.failed(HttpError.tooMany("too many bytes of other requests are in flight; try again"));
    }
    target.access().produced(bytes);
    Slot slot = new Slot();
    underWay.incrementAndGet();
    stage(record, use).whenComplete((sent, e) -> {
      if (use != null) {
        use.close();
      }
      if (e == null) {
        slot.complete(Answers.written(target.clusterId(), target.topic(), sent.partition(), sent.offset(), record));
      } else {
        slot.fail(HttpError.of(e));
      }
      producing.budget().giveBack(bytes);
      underWay.decrementAndGet();
      onEvent.run();
    });
    return slot;
  }

  private CompletionStage<Sent> stage(RecordRequest record, ServiceHolder.Lease<Producer> use) {
    return use == null
        ? writers.computeIfAbsent(record.partition(), p -> new PartitionWriter(producing, target, p)).add(record)
        : use.service().send(target.topic(), record.key().bytes(), record.value().bytes(), record.headers());
  }

  /** @return a lease of the producer, or null when it is unavailable; an event follows when it is back */
  private ServiceHolder.Lease<Producer> takeProducer() {
    synchronized (this) {
      if (lease != null || awaiting || producerMissing) {
        ServiceHolder.Lease<Producer> came = lease;
        lease = null;
        return came;
      }
    }
    ServiceHolder.Lease<Producer> now = producing.producers().lease(Producing.PRODUCER);
    if (now == null) {
      synchronized (this) {
        awaiting = true;
      }
      producing.producers().await(Producing.PRODUCER, producing.limits().producerWaitMs()).whenComplete(this::onProducer);
    }
    return now;
  }

  /** @return whether the record is refused because the producer did not come back */
  private synchronized boolean producerGone() {
    boolean gone = producerMissing;
    producerMissing = false;
    return gone;
  }

  private void onProducer(ServiceHolder.Lease<Producer> came, Throwable failure) {
    boolean taken = false;
    synchronized (this) {
      awaiting = false;
      producerMissing = failure != null;
      if (failure == null && !closed) {
        lease = came;
        taken = true;
      }
    }
    if (came != null && !taken) {
      came.close();
    }
    onEvent.run();
  }

  /** Called when no more records follow. Records in flight are still written. */
  void close() {
    ServiceHolder.Lease<Producer> unused;
    synchronized (this) {
      closed = true;
      unused = lease;
      lease = null;
      if (pause != null) {
        pause.cancel();
      }
    }
    if (unused != null) {
      unused.close();
    }
  }
}
