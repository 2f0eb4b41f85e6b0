package io.margay.spi.partitioner;

import org.osgi.annotation.versioning.ConsumerType;

/** A strategy, registered as a service with the property {@value #NAME_PROPERTY}. Keeps no state. Safe for all threads. */
@ConsumerType
public interface Partitioner {
  /** The service property with the name that settings refer to: a-z, 0-9, dot, dash and underscore. */
  String NAME_PROPERTY = "name";

  /**
   * Prepares the strategy for one topic.
   *
   * @param options the text after the colon of the setting; empty when there is none, never null
   * @return a new object with the state for one topic
   * @throws IllegalArgumentException when the options are wrong; the message says which one, and what is expected
   */
  TopicPartitioner create(String options);
}
