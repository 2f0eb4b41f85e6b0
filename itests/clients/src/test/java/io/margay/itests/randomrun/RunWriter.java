package io.margay.itests.randomrun;

import io.margay.itests.PatientProducer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.IntegerSerializer;

/** An idempotent producer of the Java client that writes to all partitions, on a thread of its own, and tells the model. */
final class RunWriter implements AutoCloseable {
  static final String ID = "id";
  private static final int IN_FLIGHT = 600;
  /** A thousand records a second are enough load, and leave little to compare. */
  private static final long NANOS_PER_RECORD = 1_000_000;

  private final int number;
  private final long baseTimestamp;
  private final Map<Place, PartitionModel> models;
  private final KafkaProducer<Integer, byte[]> producer;
  private final Semaphore window = new Semaphore(IN_FLIGHT);
  /** Held while a record is sent, and by a step that needs a pause of the writers. */
  private final ReentrantLock turn = new ReentrantLock(true);
  private final AtomicLong acknowledged = new AtomicLong();
  private final Thread thread;
  private volatile Exception failure;
  private volatile boolean stopped;

  RunWriter(int number, String bootstrap, long baseTimestamp, Map<Place, PartitionModel> models) {
    this.number = number;
    this.baseTimestamp = baseTimestamp;
    this.models = models;
    Properties p = PatientProducer.properties(bootstrap, 240_000);
    p.put("request.timeout.ms", "10000");
    p.put("compression.type", number == 0 ? "none" : "lz4");
    producer = new KafkaProducer<>(p, new IntegerSerializer(), new ByteArraySerializer());
    thread = new Thread(this::work, "writer-" + number);
    thread.setDaemon(true);
    thread.start();
  }

  private void work() {
    try {
      for (int i = 0; !stopped; i++) {
        window.acquire();
        turn.lock();
        try {
          send(Place.ALL.get(i % Place.ALL.size()));
        } finally {
          turn.unlock();
        }
        LockSupport.parkNanos(NANOS_PER_RECORD);
      }
    } catch (Exception e) {
      failure = e;
    }
  }

  private void send(Place place) {
    PartitionModel model = models.get(place);
    int generation = model.generation();
    int n = model.next(number);
    long hash = place.hash(generation, number, n);
    int key = Place.key(hash);
    ProducerRecord<Integer, byte[]> record = new ProducerRecord<>(place.topic(), place.partition(),
        Place.timestamp(baseTimestamp, n, hash), key, place.value(hash));
    record.headers().add(ID, ByteBuffer.allocate(12).putInt(generation).putInt(number).putInt(n).array());
    producer.send(record, (metadata, e) -> {
      window.release();
      if (e != null) {
        failure = new IllegalStateException("record " + n + " to " + place + " failed: " + e, e);
        return;
      }
      try {
        model.acknowledge(number, n, metadata.hasOffset() ? metadata.offset() : PartitionModel.UNKNOWN, key);
        acknowledged.incrementAndGet();
      } catch (IllegalStateException broken) {
        failure = broken;
      }
    });
  }

  long acknowledged() {
    return acknowledged.get();
  }

  void check() {
    if (failure != null) {
      throw new AssertionError("producer " + number + ": " + failure.getMessage(), failure);
    }
  }

  /** Sends nothing more until {@link #resume}, and waits until all that was sent is acknowledged. */
  void pause() {
    turn.lock();
    producer.flush();
    check();
  }

  void resume() {
    turn.unlock();
  }

  @Override
  public void close() {
    stopped = true;
    thread.interrupt();
    producer.close(Duration.ZERO);
  }
}
