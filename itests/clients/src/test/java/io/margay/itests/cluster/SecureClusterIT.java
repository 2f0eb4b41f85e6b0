package io.margay.itests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.Clients;
import io.margay.itests.Ports;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three brokers on which nothing is open, and which show certificates to each other as well. Under load they get another user to log in with, then
 * certificates of another authority, on all listeners and in the quorum; then a leader is killed. No request of a client fails.
 */
@Secured
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class SecureClusterIT {
  private static final int RECORDS = 400;
  private static final int REAUTH_MS = 5_000;
  /** A little more than the time after which each connection has logged in again. */
  private static final long ROTATION_MS = REAUTH_MS + 1_000;

  @TempDir private Path directory;
  private Path key;
  private Path trust;
  private final List<Integer> ports = Ports.free(9);
  private int sent;

  /** The certificates before and after, and files that the brokers read; clients trust both authorities from the beginning. */
  private final Path before = Secured.Settings.newCerts();
  private final Path after = Secured.Settings.newCerts();

  @BeforeEach
  void give() throws IOException {
    key = Files.copy(before.resolve("broker.pem"), directory.resolve("broker.pem"));
    trust = Files.writeString(directory.resolve("ca.pem"), Files.readString(before.resolve("ca.pem")) + Files.readString(after.resolve("ca.pem")));
  }

  private Map<String, String> settings(int id) {
    return Map.of("KAFKA_LISTENERS", "PLAINTEXT://127.0.0.1:" + ports.get(id - 1) + ",PEER://127.0.0.1:" + ports.get(2 + id),
        "KAFKA_CONTROLLER_QUORUM_VOTERS", "1@127.0.0.1:" + ports.get(6) + ",2@127.0.0.1:" + ports.get(7) + ",3@127.0.0.1:" + ports.get(8),
        "KAFKA_INTER_BROKER_LISTENER_NAME", "PEER", "KAFKA_LISTENER_NAME_PEER_SSL_CLIENT_AUTH", "required", "KAFKA_SSL_KEYSTORE_LOCATION",
        key.toString(), "KAFKA_SSL_TRUSTSTORE_LOCATION", trust.toString(), "MARGAY_TLS_CHECK_INTERVAL_MS", "200",
        "KAFKA_CONNECTIONS_MAX_REAUTH_MS", Integer.toString(REAUTH_MS), "KAFKA_SUPER_USERS", "User:admin;User:broker;User:peer");
  }

  @Test
  void whatIsAcknowledgedOutlivesRotationsAndALeader() throws Exception {
    try (Nodes nodes = Nodes.started(3, this::settings); Admin admin = Admin.create(admin(nodes))) {
      admin.createTopics(List.of(new NewTopic("secure", 1, (short) 3).configs(Map.of("min.insync.replicas", "2")))).all().get(60, TimeUnit.SECONDS);
      try (KafkaProducer<String, String> producer = new KafkaProducer<>(Clients.of(nodes.bootstrap(), "acks", "all", "delivery.timeout.ms", "60000",
          "request.timeout.ms", "10000"), new StringSerializer(), new StringSerializer())) {
        send(producer, RECORDS / 4);
        anotherUser(admin, producer);
        otherCertificates(producer);
        send(producer, RECORDS / 4);
        nodes.node(admin.describeTopics(List.of("secure")).allTopicNames().get(60, TimeUnit.SECONDS).get("secure").partitions().get(0).leader()
            .id()).kill();
        send(producer, RECORDS / 2);
        nodes.startMissing();
        send(producer, RECORDS / 4);
      }
      assertThat(read(nodes)).as(nodes::logs).hasSize(sent);
      assertThat(nodes.node(1).shell("tls:list").ok().output()).containsPattern("QUORUM +SSL +CN=broker +CN=Margay development CA");
      for (int id = 1; id <= 3; id++) {
        assertThat(nodes.node(id).log()).doesNotContain("-secret", "A login failed", "its login has expired", "no answer to Sasl", "is refused");
      }
    }
  }

  private Map<String, Object> admin(Nodes nodes) {
    Map<String, Object> settings = Clients.of(nodes.bootstrap());
    settings.putAll(Secured.Settings.client(Secured.ADMIN, trust));
    return settings;
  }

  private void send(KafkaProducer<String, String> producer, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      producer.send(new ProducerRecord<>("secure", Integer.toString(sent))).get(90, TimeUnit.SECONDS);
      sent++;
    }
  }

  /** A new user, known to each broker, and the old one removed when nothing uses it any more; no request may fail meanwhile. */
  private void anotherUser(Admin admin, KafkaProducer<String, String> producer) throws Exception {
    admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion("peer", new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096),
        "peer-secret"))).all().get(60, TimeUnit.SECONDS);
    Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
    for (String id : List.of("1", "2", "3")) {
      changes.put(new ConfigResource(ConfigResource.Type.BROKER, id), List.of(new AlterConfigOp(
          new ConfigEntry("listener.name.peer.scram-sha-512.sasl.jaas.config", Secured.Settings.login("peer")), AlterConfigOp.OpType.SET)));
    }
    admin.incrementalAlterConfigs(changes).all().get(60, TimeUnit.SECONDS);
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ROTATION_MS);
    while (System.nanoTime() < end) {
      send(producer, 1);
    }
    admin.alterUserScramCredentials(List.of(new UserScramCredentialDeletion("broker", ScramMechanism.SCRAM_SHA_512))).all().get(60, TimeUnit.SECONDS);
    assertThat(admin.describeConfigs(changes.keySet()).all().get(60, TimeUnit.SECONDS).toString()).contains("sasl.jaas.config")
        .doesNotContain("peer-secret");
  }

  /** As long as each connection trusts both authorities, the keys are replaced; then the first authority counts for nothing. */
  private void otherCertificates(KafkaProducer<String, String> producer) throws Exception {
    String pem = Files.readString(after.resolve("broker.pem"));
    Certificate wanted = CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(
        pem.substring(pem.indexOf("-----BEGIN CERTIFICATE")).getBytes(StandardCharsets.US_ASCII)));
    replace(after.resolve("broker.pem"), key);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    for (int port : ports) {
      while (!wanted.equals(shown(port))) {
        assertThat(System.nanoTime()).as("port %s of %s shows its new certificate within a minute", port, ports).isLessThan(end);
        send(producer, 1);
      }
    }
    replace(after.resolve("ca.pem"), trust);
  }

  /** At once, as careful administrators do it. */
  private void replace(Path with, Path file) throws IOException {
    Path copy = Files.copy(with, directory.resolve("new"));
    Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** The certificate that is shown at a port, whether or not this client is let in. */
  private static X509Certificate shown(int port) throws Exception {
    AtomicReference<X509Certificate> seen = new AtomicReference<>();
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new X509TrustManager() {
      @Override
      public void checkClientTrusted(X509Certificate[] chain, String type) { }

      @Override
      public void checkServerTrusted(X509Certificate[] chain, String type) {
        seen.set(chain[0]);
      }

      @Override
      public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
      }
    }}, null);
    try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
      socket.startHandshake();
    } catch (IOException e) {
      // without a certificate of its own it is not let in everywhere
    }
    return seen.get();
  }

  private Set<String> read(Nodes nodes) {
    Set<String> seen = new HashSet<>();
    try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(Clients.of(nodes.bootstrap()), new StringDeserializer(),
        new StringDeserializer())) {
      TopicPartition partition = new TopicPartition("secure", 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (seen.size() < sent && System.nanoTime() < end) {
        consumer.poll(Duration.ofMillis(200)).forEach(r -> seen.add(r.value()));
      }
    }
    return seen;
  }
}
