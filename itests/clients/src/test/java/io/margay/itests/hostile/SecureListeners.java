package io.margay.itests.hostile;

import io.margay.itests.Broker;
import io.margay.itests.Ports;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.apache.kafka.clients.admin.Admin;

/** A listener of each kind with TLS or logins, beside the one of the bystander. */
final class SecureListeners {
  /** How long clients have for the handshake and the login. */
  static final int PREAUTH_MS = 2_000;
  private static final String PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule required ";

  /** A security protocol, which is also the listener's name. */
  enum Kind {
    SSL, SASL_PLAINTEXT, SASL_SSL;

    boolean tls() {
      return this != SASL_PLAINTEXT;
    }

    boolean sasl() {
      return this != SSL;
    }
  }

  private final Map<Kind, Integer> ports = new EnumMap<>(Kind.class);
  private final Path certs;
  private final SSLContext context;

  /** @param directory for keys */
  SecureListeners(Path directory) throws GeneralSecurityException {
    List<Integer> free = Ports.free(Kind.values().length);
    for (Kind kind : Kind.values()) {
      ports.put(kind, free.get(kind.ordinal()));
    }
    certs = directory.resolve("certs");
    try (Broker tool = Broker.prepare()) {
      tool.launcher("certs", "dev", certs.toString()).ok();
    }
    context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new All()}, null);
  }

  /** The attackers do not care who the broker is. */
  private static final class All implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) { }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) { }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  /** Environment variables for the broker. */
  Map<String, String> settings() {
    Map<String, String> all = new HashMap<>();
    StringBuilder listeners = new StringBuilder("PLAINTEXT://127.0.0.1:0");
    ports.forEach((kind, port) -> listeners.append(",").append(name(kind)).append("://127.0.0.1:").append(port));
    all.put("KAFKA_LISTENERS", listeners.toString());
    all.put("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "PLAINTEXT:PLAINTEXT,TLS:SSL,LOGIN:SASL_PLAINTEXT,SECURE:SASL_SSL");
    all.put("KAFKA_SSL_KEYSTORE_TYPE", "PEM");
    all.put("KAFKA_SSL_KEYSTORE_LOCATION", certs.resolve("broker.pem").toString());
    all.put("KAFKA_SASL_ENABLED_MECHANISMS", "PLAIN,SCRAM-SHA-512");
    for (String listener : List.of("LOGIN", "SECURE")) {
      all.put("KAFKA_LISTENER_NAME_" + listener + "_PLAIN_SASL_JAAS_CONFIG", PLAIN + "user_alice=\"alice-secret\";");
    }
    all.put("MARGAY_PREAUTH_TIMEOUT_MS", Integer.toString(PREAUTH_MS));
    return all;
  }

  private static String name(Kind kind) {
    return switch (kind) {
      case SSL -> "TLS";
      case SASL_PLAINTEXT -> "LOGIN";
      case SASL_SSL -> "SECURE";
    };
  }

  int port(Kind kind) {
    return ports.get(kind);
  }

  SSLContext context() {
    return context;
  }

  /** A connection after the handshake, if there is one, and before the login. */
  Socket connect(Kind kind) throws IOException {
    return kind.tls() ? connect(kind, null) : new Socket("127.0.0.1", port(kind));
  }

  /** @param protocol version of TLS; null for any */
  Socket connect(Kind kind, String protocol) throws IOException {
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port(kind));
    if (protocol != null) {
      socket.setEnabledProtocols(new String[] {protocol});
    }
    socket.startHandshake();
    return socket;
  }

  /** A stock client logs in over TLS, and gets an answer. */
  void login() throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + port(Kind.SASL_SSL), "security.protocol", "SASL_SSL", "sasl.mechanism", "PLAIN",
        "sasl.jaas.config", PLAIN + "username=\"alice\" password=\"alice-secret\";", "ssl.truststore.type", "PEM", "ssl.truststore.location",
        certs.resolve("ca.pem").toString()))) {
      admin.describeCluster().nodes().get(20, TimeUnit.SECONDS);
    }
  }
}
