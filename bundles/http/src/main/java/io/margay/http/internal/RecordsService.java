package io.margay.http.internal;

import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.TopicImage;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.handler.Principal;
import io.margay.spi.log.LogSettings;
import io.margay.spi.security.SaslSettings;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Serves {@code POST /topics/{topic}/records} and {@code POST /v3/clusters/{cluster_id}/topics/{topic}/records}. It checks everything
 * that is known before the body, and leaves the rest to an {@link Exchange}. Any other request is refused. Safe for all threads.
 */
final class RecordsService {
  private static final String JSON = "application/json";
  private static final String BINARY = "application/octet-stream";
  /** The header that holds the key of a binary record, in base64. */
  static final String KEY_HEADER = "Margay-Key";
  private static final HttpError STOPPING = HttpError.unavailable("the HTTP service is stopping");
  private static final long STOP_MS = 2_000;

  private final Producing producing;
  private final NodeSettings settings;
  private final Supplier<ClusterImage> image;
  private final HealthService health;
  private final HttpLogins logins;
  private volatile boolean closed;

  RecordsService(Producing producing, NodeSettings settings, Supplier<ClusterImage> image, HealthService health, HttpLogins logins) {
    this.health = health;
    this.logins = logins;
    this.producing = producing;
    this.settings = settings;
    this.image = image;
  }

  /**
   * Checks the head of a request.
   *
   * @param principal who sent it
   * @param client from which address
   * @return what serves it, not started
   * @throws RefusedException when the request is answered without its body
   */
  Exchange open(HttpRequest request, Peer peer, Principal principal, InetAddress client) throws RefusedException {
    RequestHead.check(request);
    RequestTarget uri = RequestTarget.parse(request.uri());
    Target target = target(request, uri.path(), principal, client);
    return new Exchange(producing, target, source(request, uri, target), peer);
  }

  /** Starts an exchange; called on the event loop of its connection. */
  void start(Exchange exchange) {
    exchange.start();
    if (closed) {
      exchange.stop(STOPPING);
    }
  }

  /** @return what checks who clients are */
  HttpLogins logins() {
    return logins;
  }

  /** @return whether requests for the health of the broker need no login */
  boolean probesOpen() {
    return settings.get(HttpSettings.MARGAY_HTTP_PROBES_OPEN);
  }

  /** @return after how many milliseconds a failed login is answered */
  int failureDelayMs() {
    return settings.get(SaslSettings.CONNECTION_FAILED_AUTHENTICATION_DELAY_MS);
  }

  /** @return what answers requests for the health of the broker */
  HealthService health() {
    return health;
  }

  /** @return whether no more requests are accepted */
  boolean closed() {
    return closed;
  }

  private Target target(HttpRequest request, List<String> path, Principal principal, InetAddress client) throws RefusedException {
    boolean v3 = path.size() == 6 && path.get(0).equals("v3") && path.get(1).equals("clusters");
    int at = v3 ? 3 : 0;
    if (!v3 && path.size() != 3 || !path.get(at).equals("topics") || !path.get(at + 2).equals("records")) {
      throw new RefusedException(new HttpError(404, "nothing is served at this path; send records with POST /topics/{topic}/records"));
    }
    if (!request.method().equals(HttpMethod.POST)) {
      throw new RefusedException(new HttpError(405, "expected POST"));
    }
    // Programs send no Origin. A page in a browser must not reach a server on its user's machine.
    if (request.headers().contains(HttpHeaderNames.ORIGIN)) {
      throw new RefusedException(new HttpError(403, "requests from web pages (with an Origin header) are refused"));
    }
    if (closed) {
      throw new RefusedException(STOPPING);
    }
    if (producing.open().size() >= producing.limits().maxRequests()) {
      throw new RefusedException(HttpError.unavailable("margay.http.max.requests=" + producing.limits().maxRequests()
          + " requests are being served; try again"));
    }
    String topic = path.get(at + 1);
    TopicAccess access = new TopicAccess(producing.clients(), settings, principal, client, topic);
    if (access.refusal() != null) {
      throw new RefusedException(access.refusal());
    }
    return target(v3 ? path.get(2) : null, topic, access);
  }

  private Target target(String cluster, String name, TopicAccess access) throws RefusedException {
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
    return new Target(now.clusterId(), name, topic.id(), topic.partitions().size(), maxBytes, access);
  }

  private RecordSource source(HttpRequest request, RequestTarget uri, Target target) throws RefusedException {
    String encoding = request.headers().get(HttpHeaderNames.CONTENT_ENCODING);
    if (encoding != null && !HttpHeaderValues.IDENTITY.contentEqualsIgnoreCase(encoding)) {
      throw new RefusedException(new HttpError(415, "Content-Encoding " + JsonRecords.shown(encoding) + " is not served"));
    }
    long length = HttpUtil.getContentLength(request, 0L);
    if (length > producing.limits().maxRequestBytes()) {
      throw new RefusedException(HttpError.tooLarge("the body has " + length + " bytes, more than margay.http.request.max.bytes, "
          + producing.limits().maxRequestBytes()));
    }
    String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE, "").toLowerCase(Locale.ROOT);
    String[] parts = type.split(";", 2);
    String parameters = parts.length < 2 ? "" : parts[1].replace("\"", "").trim();
    if (parts[0].trim().equals(JSON) && (parameters.isEmpty() || parameters.equals("charset=utf-8"))) {
      return new JsonRecords(target.maxBytes());
    }
    if (parts[0].trim().equals(BINARY)) {
      return new BinaryRecord(partition(uri), key(uri, request.headers().get(KEY_HEADER)), target.maxBytes());
    }
    throw new RefusedException(new HttpError(415, "expected Content-Type " + JSON + " (in UTF-8) or " + BINARY));
  }

  private static Integer partition(RequestTarget uri) throws RefusedException {
    String text = uri.parameters().get("partition");
    if (text == null) {
      return null;
    }
    if (!text.matches("[0-9]{1,9}")) {
      throw new RefusedException(HttpError.malformed("the parameter partition must be a number from 0: "
          + JsonRecords.shown(text)));
    }
    return Integer.valueOf(text);
  }

  private static Payload key(RequestTarget uri, String header) throws RefusedException {
    String text = uri.parameters().get("key");
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
