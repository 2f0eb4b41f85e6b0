package io.margay.http.internal;

import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.TopicImage;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.log.LogSettings;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Serves {@code POST /topics/{topic}/records} and {@code POST /v3/clusters/{cluster_id}/topics/{topic}/records}. It checks everything
 * that is known before the body, and leaves the rest to an {@link Exchange}. It answers any other request itself, so that nothing of
 * the container is visible. Safe for all threads.
 */
final class RecordsServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;
  private static final String JSON = "application/json";
  private static final String BINARY = "application/octet-stream";
  /** The header that holds the key of a binary record, in base64. */
  static final String KEY_HEADER = "Margay-Key";
  private static final HttpError STOPPING = HttpError.unavailable("the HTTP service is stopping");
  private static final long STOP_MS = 2_000;

  private final transient Producing producing;
  private final transient NodeSettings settings;
  private final transient Supplier<ClusterImage> image;
  private volatile boolean closed;

  RecordsServlet(Producing producing, NodeSettings settings, Supplier<ClusterImage> image) {
    this.producing = producing;
    this.settings = settings;
    this.image = image;
  }

  /** Thrown when a request is answered before its body is read. */
  private static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient HttpError error;

    RefusedException(HttpError error) {
      super(error.message(), null, false, false);
      this.error = error;
    }
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
    try {
      Target target = target(request, response);
      RecordSource source = source(request, target);
      AsyncContext async = request.startAsync();
      Exchange exchange = new Exchange(producing, target, source, async, response);
      exchange.start();
      if (closed) {
        exchange.stop(STOPPING);
      }
    } catch (RefusedException e) {
      Exchange.respond(response, e.error);
      response.setHeader("Connection", "close");
      byte[] line = Answers.error(e.error);
      response.setContentLength(line.length);
      response.getOutputStream().write(line);
    }
  }

  private Target target(HttpServletRequest request, HttpServletResponse response) throws RefusedException {
    String path = (request.getServletPath() == null ? "" : request.getServletPath())
        + (request.getPathInfo() == null ? "" : request.getPathInfo());
    String[] parts = path.split("/", -1);
    boolean v3 = parts.length == 7 && parts[1].equals("v3") && parts[2].equals("clusters");
    int at = v3 ? 4 : 1;
    if (!v3 && parts.length != 4 || !parts[at].equals("topics") || !parts[at + 2].equals("records")) {
      throw new RefusedException(new HttpError(404, "nothing is served at this path; send records with POST /topics/{topic}/records"));
    }
    if (!request.getMethod().equals("POST")) {
      response.setHeader("Allow", "POST");
      throw new RefusedException(new HttpError(405, "expected POST"));
    }
    // Programs send no Origin. A page in a browser must not reach a server on its user's machine.
    if (request.getHeader("Origin") != null) {
      throw new RefusedException(new HttpError(403, "requests from web pages (with an Origin header) are refused"));
    }
    if (closed) {
      throw new RefusedException(STOPPING);
    }
    if (producing.open().size() >= producing.limits().maxRequests()) {
      throw new RefusedException(HttpError.unavailable("margay.http.max.requests=" + producing.limits().maxRequests()
          + " requests are being served; try again"));
    }
    return target(v3 ? parts[3] : null, parts[at + 1]);
  }

  private Target target(String cluster, String name) throws RefusedException {
    ClusterImage now = image.get();
    if (now.clusterId().isEmpty()) {
      throw new RefusedException(HttpError.unavailable("the server has no metadata yet"));
    }
    if (cluster != null && !cluster.equals(now.clusterId())) {
      throw new RefusedException(new HttpError(404, "there is no cluster " + JsonRecords.shown(cluster) + " here; this one is "
          + now.clusterId()));
    }
    TopicImage topic = now.topic(name);
    if (topic == null) {
      throw new RefusedException(HttpError.noTopic(JsonRecords.shown(name)));
    }
    if (topic.internal()) {
      throw new RefusedException(new HttpError(403, "topic " + name + " belongs to the server"));
    }
    int maxBytes = settings.topic(now.config(ConfigResource.topic(name))).get(LogSettings.MAX_MESSAGE_BYTES);
    return new Target(now.clusterId(), name, topic.id(), topic.partitions().size(), maxBytes);
  }

  private RecordSource source(HttpServletRequest request, Target target) throws RefusedException {
    String encoding = request.getHeader("Content-Encoding");
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw new RefusedException(new HttpError(415, "Content-Encoding " + JsonRecords.shown(encoding) + " is not served"));
    }
    if (request.getContentLengthLong() > producing.limits().maxRequestBytes()) {
      throw new RefusedException(HttpError.tooLarge("the body has " + request.getContentLengthLong()
          + " bytes, more than margay.http.request.max.bytes, " + producing.limits().maxRequestBytes()));
    }
    String type = request.getContentType() == null ? "" : request.getContentType().toLowerCase(Locale.ROOT);
    String[] parts = type.split(";", 2);
    String parameters = parts.length < 2 ? "" : parts[1].replace("\"", "").trim();
    if (parts[0].trim().equals(JSON) && (parameters.isEmpty() || parameters.equals("charset=utf-8"))) {
      return new JsonRecords(target.maxBytes());
    }
    if (parts[0].trim().equals(BINARY)) {
      return new BinaryRecord(partition(request), key(request), target.maxBytes());
    }
    throw new RefusedException(new HttpError(415, "expected Content-Type " + JSON + " (in UTF-8) or " + BINARY));
  }

  private static Integer partition(HttpServletRequest request) throws RefusedException {
    String text = request.getParameter("partition");
    if (text == null) {
      return null;
    }
    if (!text.matches("[0-9]{1,9}")) {
      throw new RefusedException(HttpError.malformed("the parameter partition must be a number from 0: "
          + JsonRecords.shown(text)));
    }
    return Integer.valueOf(text);
  }

  private static Payload key(HttpServletRequest request) throws RefusedException {
    String text = request.getParameter("key");
    String header = request.getHeader(KEY_HEADER);
    if (text != null && header != null) {
      throw new RefusedException(HttpError.malformed("the key is given twice: as the parameter key and as " + KEY_HEADER));
    }
    if (header == null) {
      return text == null ? Payload.NONE : new Payload("STRING", text.getBytes(StandardCharsets.UTF_8));
    }
    try {
      return new Payload("BINARY", Base64.getDecoder().decode(header.trim()));
    } catch (IllegalArgumentException e) {
      throw new RefusedException(HttpError.malformed("the header " + KEY_HEADER + " is not base64: " + e.getMessage()));
    }
  }

  /** Accepts no more requests and ends the open ones: waits, bounded, for records in flight, and then answers that it stops. */
  void close() {
    closed = true;
    producing.open().forEach(e -> e.stop(STOPPING));
    await(STOP_MS);
    producing.open().forEach(e -> e.expire(STOPPING));
    await(STOP_MS / 2);
  }

  private void await(long ms) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
    while (!producing.open().isEmpty() && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(1_000_000);
    }
  }
}
