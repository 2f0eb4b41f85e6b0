package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

/** What the broker says of its health, in the shell and over HTTP. */
class HealthIT {
  private static int freePort() throws IOException {
    try (ServerSocket s = new ServerSocket(0)) {
      return s.getLocalPort();
    }
  }

  private static HttpResponse<String> get(int port, String path) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void aBrokerThatServesIsHealthy() throws Exception {
    int port = freePort();
    try (Broker broker = Broker.prepare().with("MARGAY_HTTP_LISTENERS", "HTTP://127.0.0.1:" + port).start()) {
      assertThat(broker.shell("broker:health").ok().output()).contains("log directories").contains("defaults").contains("cluster")
          .contains("heap").doesNotContain("CRITICAL");
      assertThat(get(port, "/health/live").statusCode()).isEqualTo(200);
      HttpResponse<String> ready = get(port, "/health/ready");
      assertThat(ready.statusCode()).as(ready.body()).isEqualTo(200);
      assertThat(ready.body()).contains("\"status\":\"OK\"", "\"name\":\"log directories\"");
    }
  }

  @Test
  void aMissingPlacementIsSaid() throws Exception {
    int port = freePort();
    try (Broker broker = Broker.prepare().with("MARGAY_HTTP_LISTENERS", "HTTP://127.0.0.1:" + port).with("MARGAY_PLACEMENT", "nosuch").start()) {
      Run health = broker.shell("broker:health");
      assertThat(health.exit()).isEqualTo(1);
      assertThat(health.output()).contains("nosuch is not installed, which margay.placement names: no topic can be created");
      assertThat(get(port, "/health/live").statusCode()).isEqualTo(200);
      assertThat(get(port, "/health/ready").statusCode()).isEqualTo(503);
    }
  }
}
