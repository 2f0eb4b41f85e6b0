package io.margay.producer.internal;

import io.margay.metadata.ClusterMetadata;
import io.margay.model.Scheduler;
import io.margay.protocol.record.RecordHeader;
import io.margay.spi.client.LocalClient;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.producer.Producer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * The service. Partitioners may come and go while it is used: records wait in order for one that is being updated. When this bundle
 * is updated, or one whose service it refers to (server, controller), records that are being sent fail, and callers get the new
 * service.
 */
@Component(service = Producer.class)
public final class ProducerComponent implements Producer {
  private static final long DRAIN_MS = 5_000;

  private final NamedServices<Partitioner> partitioners = new NamedServices<>("partitioner", DRAIN_MS);
  private final RecordProducer producer;

  /**
   * @param client sends the requests
   * @param metadata knows the topics
   * @param settings knows the topics' settings
   * @param scheduler schedules retries
   */
  @Activate
  public ProducerComponent(@Reference LocalClient client, @Reference ClusterMetadata metadata, @Reference NodeSettings settings,
      @Reference Scheduler scheduler) {
    producer = new RecordProducer(client, metadata, settings, scheduler, partitioners);
  }

  /** A partitioner was registered. */
  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addPartitioner(Partitioner partitioner, Map<String, Object> properties) {
    partitioners.add(partitioner, properties);
  }

  /** A partitioner leaves. */
  void removePartitioner(Partitioner partitioner) {
    producer.remove(partitioner);
  }

  /** Fails the records that are not written yet. */
  @Deactivate
  void close() {
    producer.close();
  }

  @Override
  public CompletionStage<Sent> send(String topic, byte[] key, byte[] value, List<RecordHeader> headers) {
    return producer.send(topic, key, value, headers);
  }
}
