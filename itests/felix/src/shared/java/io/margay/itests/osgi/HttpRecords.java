package io.margay.itests.osgi;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;

/** Records over HTTP into a broker in a container. */
public final class HttpRecords {
  private HttpRecords() { }

  /** Has the broker listen on a free port, sends records "0", "1", ... in one body, and has it listen no more. */
  public static void produce(String bootstrap, String topic, int records) throws Exception {
    int port = KafkaRoundTrip.freePort();
    try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", bootstrap))) {
      listeners(admin, "HTTP://127.0.0.1:" + port);
      await(port, true);
      StringBuilder body = new StringBuilder();
      for (int i = 0; i < records; i++) {
        body.append("{\"value\":{\"type\":\"STRING\",\"data\":\"").append(i).append("\"}}");
      }
      HttpResponse<String> r = HttpClient.newHttpClient().send(HttpRequest.newBuilder(
          URI.create("http://127.0.0.1:" + port + "/topics/" + topic + "/records")).header("Content-Type", "application/json")
          .POST(BodyPublishers.ofString(body.toString())).build(), BodyHandlers.ofString());
      if (r.statusCode() != 200 || r.body().lines().filter(l -> l.contains("\"error_code\":200")).count() != records) {
        throw new AssertionError(r.statusCode() + " " + r.body());
      }
      listeners(admin, "");
      await(port, false);
    }
  }

  private static void listeners(Admin admin, String value) throws Exception {
    admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.BROKER, "1"), List.of(new AlterConfigOp(
        new ConfigEntry("margay.http.listeners", value), AlterConfigOp.OpType.SET)))).all().get(30, TimeUnit.SECONDS);
  }

  /** Waits until somebody listens, or nobody. */
  private static void await(int port, boolean wanted) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    for (; System.nanoTime() < deadline; LockSupport.parkNanos(5_000_000)) {
      boolean listens;
      try (Socket s = new Socket(InetAddress.getLoopbackAddress(), port)) {
        listens = s.isConnected();
      } catch (ConnectException e) {
        listens = false;
      }
      if (listens == wanted) {
        return;
      }
    }
    throw new AssertionError("port " + port + (wanted ? " is not listened on" : " is listened on still"));
  }
}
