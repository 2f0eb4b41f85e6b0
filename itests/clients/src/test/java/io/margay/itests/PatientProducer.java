package io.margay.itests;

import java.util.Properties;

/** An idempotent producer with acks=all that outlives kills of the broker: it connects again and retries quickly, for minutes. */
public final class PatientProducer {
  private PatientProducer() { }

  /**
   * @param bootstrap the broker
   * @param deliveryTimeoutMs how long a record is retried, and a full buffer waited for, in milliseconds
   * @return properties that the test may add to
   */
  public static Properties properties(String bootstrap, int deliveryTimeoutMs) {
    Properties p = new Properties();
    p.put("bootstrap.servers", bootstrap);
    p.put("acks", "all");
    p.put("enable.idempotence", "true");
    p.put("delivery.timeout.ms", Integer.toString(deliveryTimeoutMs));
    p.put("max.block.ms", Integer.toString(deliveryTimeoutMs));
    p.put("request.timeout.ms", "5000");
    p.put("reconnect.backoff.max.ms", "100");
    p.put("retry.backoff.ms", "20");
    p.put("retry.backoff.max.ms", "100");
    p.put("linger.ms", "1");
    return p;
  }
}
