package io.margay.itests;

import io.margay.protocol.KafkaUuid;
import io.margay.spi.telemetry.ClientMetrics;
import io.margay.spi.telemetry.ClientMetricsReceiver;
import java.nio.charset.StandardCharsets;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** A bundle of a user that gets what clients push, and prints a line for each. */
public final class PrintingReceiver implements BundleActivator, ClientMetricsReceiver {
  @Override
  public void start(BundleContext context) {
    context.registerService(ClientMetricsReceiver.class, this, null);
  }

  @Override
  public void stop(BundleContext context) {
    // the service goes with the bundle
  }

  @Override
  public void receive(ClientMetrics metrics) {
    boolean has = new String(metrics.otlp(), StandardCharsets.ISO_8859_1).contains("org.apache.kafka.producer.");
    System.out.println(line(KafkaUuid.toString(metrics.clientInstanceId()), metrics.clientId(), metrics.terminating()) + " software="
        + metrics.software().name() + " version=" + metrics.software().version() + " producer=" + has);
  }

  /** The beginning of the line. */
  static String line(String instance, String clientId, boolean terminating) {
    return "PUSHED " + instance + " client=" + clientId + " terminating=" + terminating;
  }
}
