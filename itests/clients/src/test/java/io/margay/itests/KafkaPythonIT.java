package io.margay.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kafka-python as Debian has it, whose logins are of the time before Kafka 1.0: tokens without requests around them. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class KafkaPythonIT {
  private static final String PYTHON = "/usr/bin/python3";
  private static final String PASSWORD = "a-password-1";
  private static Broker broker;
  private static Path certs;
  private static int secure;

  @BeforeAll
  static void start() {
    Assumptions.assumeTrue(Files.isExecutable(Path.of(PYTHON)) && Run.of(null, PYTHON, "-c", "import kafka").exit() == 0,
        "kafka-python is not installed (apt-get install python3-kafka)");
    broker = Broker.prepare();
    certs = broker.data().resolve("certs");
    broker.launcher("certs", "dev", certs.toString()).ok();
    secure = Ports.free(1).get(0);
    broker.with("KAFKA_LISTENERS", "PLAINTEXT://127.0.0.1:0,SECURE://127.0.0.1:" + secure)
        .with("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "PLAINTEXT:PLAINTEXT,SECURE:SASL_SSL")
        .with("KAFKA_SSL_KEYSTORE_TYPE", "PEM").with("KAFKA_SSL_KEYSTORE_LOCATION", certs.resolve("broker.pem").toString())
        .with("KAFKA_SASL_ENABLED_MECHANISMS", "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512")
        .with("KAFKA_LISTENER_NAME_SECURE_PLAIN_SASL_JAAS_CONFIG", "org.apache.kafka.common.security.plain.PlainLoginModule required user_alice=\""
            + PASSWORD + "\";")
        .with("MARGAY_BOOTSTRAP_USERS", "SCRAM-SHA-512=[name=alice,password=" + PASSWORD + "],SCRAM-SHA-256=[name=alice,password=" + PASSWORD + "]")
        .start();
  }

  @AfterAll
  static void stop() {
    if (broker != null) {
      broker.close();
    }
  }

  private static Run run(String password, String... arguments) {
    List<String> command = new ArrayList<>(List.of(PYTHON, Path.of(System.getProperty("python.dir"), "roundtrip.py").toString()));
    command.addAll(List.of(arguments));
    return Run.of(Map.of("PASSWORD", password), null, command.toArray(String[]::new));
  }

  @Test
  void createProduceConsumeAndDelete() {
    assertThat(run("", broker.bootstrap(), "python").ok().output()).contains("OK");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"})
  void theSameWithALoginOverTls(String mechanism) {
    assertThat(run(PASSWORD, "127.0.0.1:" + secure, "python-" + mechanism, mechanism, "alice", certs.resolve("ca.pem").toString()).ok().output())
        .contains("OK");
  }

  @Test
  void aWrongPasswordIsRefused() {
    assertThat(run("wrong", "127.0.0.1:" + secure, "python", "SCRAM-SHA-512", "alice", certs.resolve("ca.pem").toString()).exit()).isNotZero();
    assertThat(broker.log()).contains("A login failed: ");
  }
}
