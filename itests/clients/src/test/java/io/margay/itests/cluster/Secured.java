package io.margay.itests.cluster;

import io.margay.itests.Broker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The tests of a class, and those that it inherits, run with clusters on which nothing is open: TLS and logins with SCRAM on each listener of the
 * brokers, which ask for certificates but do not insist, TLS with certificates between the nodes of the quorum, and ACLs, by which the tests' user may
 * do all that they do. {@code -Dmargay.test.secured=true} does the same for all tests.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ExtendWith(Secured.Switch.class)
@interface Secured {
  /** The user that may do everything. */
  String ADMIN = "admin";
  /** The user of the tests. */
  String APP = "app";

  /** Turns it on and off. */
  final class Switch implements BeforeAllCallback, AfterAllCallback {
    private static volatile boolean on;

    @Override
    public void beforeAll(ExtensionContext context) {
      on = true;
    }

    @Override
    public void afterAll(ExtensionContext context) {
      on = false;
    }

    static boolean isOn() {
      return on || Boolean.getBoolean("margay.test.secured");
    }
  }

  /** What brokers and clients are given. */
  final class Settings {
    private static final String SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%1$s\" password=\"%1$s-secret\";";
    private static Path certs;

    private Settings() { }

    /** Made once; the names are those that tests use for nodes. */
    private static synchronized Path certs() {
      if (certs == null) {
        certs = newCerts();
      }
      return certs;
    }

    /** A new authority, with keys for brokers and clients. @return the directory of {@code margay certs dev} */
    static Path newCerts() {
      try (Broker tool = Broker.prepare()) {
        Path made = Files.createTempDirectory(Files.createDirectories(Path.of(System.getProperty("work.dir"))), "certs").resolve("dev");
        tool.launcher("certs", "dev", made.toString(), "node-1", "node-2", "node-3", "node-4").ok();
        return made;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** @param open environment variables of a broker with open listeners @return the same with nothing open */
    static Map<String, String> broker(Map<String, String> open) {
      Map<String, String> all = new HashMap<>(open);
      for (String listeners : List.of("KAFKA_LISTENERS", "KAFKA_ADVERTISED_LISTENERS")) {
        all.computeIfPresent(listeners, (name, text) -> text.replace("PLAINTEXT://", "OUT://"));
      }
      String between = all.computeIfAbsent("KAFKA_INTER_BROKER_LISTENER_NAME", name -> "OUT");
      Map.of("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "OUT:SASL_SSL,PEER:SASL_SSL,QUORUM:SSL", "KAFKA_CONTROLLER_LISTENER_NAMES", "QUORUM",
          "KAFKA_SSL_CLIENT_AUTH", "requested", "KAFKA_SSL_KEYSTORE_TYPE", "PEM", "KAFKA_SSL_KEYSTORE_LOCATION", certs().resolve("broker.pem").toString(),
          "KAFKA_SSL_TRUSTSTORE_TYPE", "PEM", "KAFKA_SSL_TRUSTSTORE_LOCATION", certs().resolve("ca.pem").toString()).forEach(all::putIfAbsent);
      Map.of("KAFKA_SASL_ENABLED_MECHANISMS", "SCRAM-SHA-512", "KAFKA_SASL_MECHANISM_INTER_BROKER_PROTOCOL", "SCRAM-SHA-512",
          "KAFKA_LISTENER_NAME_" + between + "_SCRAM___SHA___512_SASL_JAAS_CONFIG", login("broker"), "KAFKA_AUTHORIZER_CLASS_NAME", "acl",
          "KAFKA_SUPER_USERS", "User:admin;User:broker", "MARGAY_BOOTSTRAP_USERS", Stream.of(ADMIN, "broker", APP)
              .map(user -> "SCRAM-SHA-512=[name=" + user + ",password=" + user + "-secret]").collect(Collectors.joining(","))).forEach(all::putIfAbsent);
      return all;
    }

    /** The value of {@code sasl.jaas.config}; each user's password is its name and {@code -secret}. */
    static String login(String user) {
      return SCRAM.formatted(user);
    }

    /** What a client needs besides the addresses. */
    static Map<String, String> client(String user, Path trusted) {
      return Map.of("security.protocol", "SASL_SSL", "sasl.mechanism", "SCRAM-SHA-512", "sasl.jaas.config", login(user), "ssl.truststore.type", "PEM",
          "ssl.truststore.location", trusted.toString());
    }

    /** The same, with the authority whose certificates the brokers have by default. */
    static Map<String, String> client(String user) {
      return client(user, certs().resolve("ca.pem"));
    }

    /** Lets the user of the tests do everything, by ACLs. */
    static void allow(String bootstrap, Path trusted) {
      Map<String, Object> settings = new HashMap<>(client(ADMIN, trusted));
      settings.put("bootstrap.servers", bootstrap);
      try (Admin admin = Admin.create(settings)) {
        admin.createAcls(List.of(all(ResourceType.TOPIC, "*"), all(ResourceType.GROUP, "*"), all(ResourceType.TRANSACTIONAL_ID, "*"),
            all(ResourceType.CLUSTER, "kafka-cluster"))).all().get(60, TimeUnit.SECONDS);
      } catch (Exception e) {
        throw new IllegalStateException("no ACLs could be created", e);
      }
    }

    private static AclBinding all(ResourceType type, String name) {
      return new AclBinding(new ResourcePattern(type, name, PatternType.LITERAL),
          new AccessControlEntry("User:" + APP, "*", AclOperation.ALL, AclPermissionType.ALLOW));
    }
  }
}
