package io.margay.partitioners.internal;

import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.partitioner.TopicPartitioner;
import java.util.zip.CRC32;
import org.osgi.service.component.annotations.Component;

/**
 * As librdkafka's {@code consistent}: a key's partition is its CRC-32, unsigned, modulo the number of partitions. There an empty
 * or missing key is a key like others; with {@code keyless=sticky} such records go where {@code sticky} puts them, much as with
 * librdkafka's default {@code consistent_random}.
 *
 * <p>When this bundle is updated, records that ask for a partition now get it; those that come while it is away wait, in order.
 */
@Component(property = Partitioner.NAME_PROPERTY + "=" + Crc32Partitioner.NAME)
public final class Crc32Partitioner implements Partitioner {
  static final String NAME = "crc32";

  @Override
  public TopicPartitioner create(String options) {
    Options parsed = new Options(NAME, "keyless=hash (default) or keyless=sticky", options);
    String keyless = parsed.take("keyless");
    parsed.end();
    if (keyless == null || keyless.equals("hash")) {
      return (record, topic) -> hash(record.key(), topic.partitionCount());
    } else if (keyless.equals("sticky")) {
      StickyChoice sticky = new StickyChoice(StickyChoice.DEFAULT_BYTES);
      return (record, topic) -> record.key() == null || record.key().length == 0 ? sticky.partition(record, topic)
          : hash(record.key(), topic.partitionCount());
    }
    throw parsed.bad("keyless cannot be \"" + keyless + "\"");
  }

  static int hash(byte[] key, int partitions) {
    CRC32 crc = new CRC32();
    if (key != null) {
      crc.update(key);
    }
    return (int) (crc.getValue() % partitions);
  }
}
