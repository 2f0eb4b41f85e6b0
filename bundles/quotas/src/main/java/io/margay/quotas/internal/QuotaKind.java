package io.margay.quotas.internal;

/** What is limited. */
enum QuotaKind {
  /** Bytes of produce requests in a second. */
  PRODUCE("producer_byte_rate", "Produce", "byte-rate"),
  /** Bytes of fetched records in a second. */
  FETCH("consumer_byte_rate", "Fetch", "byte-rate"),
  /** Percent of the time of one thread. */
  REQUEST("request_percentage", "Request", "request-time"),
  /** Partitions that are created or deleted in a second. */
  MUTATION("controller_mutation_rate", "ControllerMutation", "mutation-rate"),
  /** New connections from an address in a second. */
  CONNECTION("connection_creation_rate", "Connection", "connection-accept-rate");

  private final String setting;
  private final String metric;
  private final String rate;

  QuotaKind(String setting, String metric, String rate) {
    this.setting = setting;
    this.metric = metric;
    this.rate = rate;
  }

  /** The name of the quota in the metadata. */
  String setting() {
    return setting;
  }

  /** The type of its metrics in Kafka. */
  String metric() {
    return metric;
  }

  /** The name of the metric of the rate in Kafka. */
  String rate() {
    return rate;
  }
}
