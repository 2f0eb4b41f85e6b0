package io.margay.config.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EnvironmentReaderTest {
  @Test
  void mapsNamesAsDockerUsersKnow() {
    assertName("KAFKA_ADVERTISED_LISTENERS", "advertised.listeners");
    assertName("KAFKA_LISTENER_NAME_SASL__SSL_SCRAM___SHA___256_SASL_JAAS_CONFIG",
        "listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config");
    assertName("KAFKA_CFG_NODE_ID", "node.id");
    assertName("KAFKA_PORT", "port");
    assertName("CLUSTER_ID", "margay.cluster.id");
    assertName("KAFKA_CLUSTER_ID", "margay.cluster.id");
    assertName("KAFKA_KRAFT_CLUSTER_ID", "margay.cluster.id");
    assertName("MARGAY_FLUSH_POLICY", "margay.flush.policy");
    assertName("KAFKA_MARGAY_FLUSH_POLICY", "margay.flush.policy");
  }

  @Test
  void createsTopicsAsAnImageDoes() {
    assertName("KAFKA_CREATE_TOPICS", "margay.create.topics");
  }

  @Test
  void namesWhatOnlyImagesRead() {
    Map<String, String> environment = new TreeMap<>();
    for (String variable : List.of("KAFKA_ENABLE_KRAFT", "KAFKA_CLIENT_USERS", "KAFKA_CLIENT_PASSWORDS", "KAFKA_INTER_BROKER_USER",
        "KAFKA_TLS_TYPE", "KAFKA_VOLUME_DIR", "KAFKA_DATA_DIR", "KAFKA_SKIP_KRAFT_STORAGE_INIT")) {
      environment.put(variable, "x");
    }
    Set<String> ofImages = Set.copyOf(environment.keySet());
    environment.put("KAFKA_OPTS", "-Dx=y");
    environment.put("KAFKA_NUM_PARTITION", "3");
    assertThat(EnvironmentReader.ofImages(environment)).containsExactlyInAnyOrderElementsOf(ofImages);
    assertThat(EnvironmentReader.read(environment).entries()).as("a misspelt setting stays one").containsOnlyKeys("num.partition");
  }

  @Test
  void leavesADockerLinkAlone() {
    Map<String, String> link = Map.of("KAFKA_NAME", "/app/kafka", "KAFKA_ENV_PATH", "/bin", "KAFKA_PORT", "tcp://172.17.0.2:9092",
        "KAFKA_PORT_9092_TCP_ADDR", "172.17.0.2", "KAFKA_1_NAME", "/app/kafka_1", "KAFKA_1_ENV_JAVA_HOME", "/java");
    assertThat(EnvironmentReader.read(link).entries()).isEmpty();
  }

  @Test
  void aVariableWithCfgIsStronger() {
    assertThat(EnvironmentReader.read(Map.of("KAFKA_CFG_NUM_PARTITIONS", "3", "KAFKA_NUM_PARTITIONS", "4")).entries())
        .containsExactly(Map.entry("num.partitions", new Layer.Entry("3", "environment KAFKA_CFG_NUM_PARTITIONS")));
    assertThat(EnvironmentReader.read(Map.of("KAFKA_CFG_BROKER_RACK", "a", "KAFKA_BROKER_RACK", "b")).entries())
        .containsExactly(Map.entry("broker.rack", new Layer.Entry("a", "environment KAFKA_CFG_BROKER_RACK")));
  }

  @Test
  void leavesVariablesOfScriptsAndContainersAlone() {
    for (String variable : new String[] {"KAFKA_HOME", "KAFKA_OPTS", "KAFKA_HEAP_OPTS", "KAFKA_JVM_PERFORMANCE_OPTS",
        "KAFKA_GC_LOG_OPTS", "KAFKA_LOG4J_OPTS", "KAFKA_LOG4J_LOGGERS", "KAFKA_LOG4J_ROOT_LOGLEVEL", "KAFKA_TOOLS_LOG4J_LOGLEVEL",
        "KAFKA_JMX_PORT", "KAFKA_VERSION", "KAFKA_DEBUG", "SCALA_VERSION", "PATH", "MARGAY_DATA",
        "MARGAY_HOME", "MARGAY_OPTS", "MARGAY_HEAP_OPTS", "KAFKA_SERVICE_HOST", "KAFKA_SERVICE_PORT", "KAFKA_SERVICE_PORT_CLIENT",
        "KAFKA_BROKER_SERVICE_HOST", "KAFKA_PORT_9092_TCP_ADDR", "KAFKA_PORT_9092_TCP", "MARGAY_SERVICE_PORT"}) {
      assertThat(EnvironmentReader.settingName(variable, "1")).as(variable).isNull();
    }
    assertThat(EnvironmentReader.settingName("KAFKA_PORT", "tcp://10.0.0.7:9092")).isNull();
  }

  @Test
  void tellsWhichVariableGaveAValue() {
    Layer layer = EnvironmentReader.read(Map.of("KAFKA_LOG_DIRS", "/a,/b", "HOME", "/root"));
    assertThat(layer.entries()).containsExactly(Map.entry("log.dirs", new Layer.Entry("/a,/b", "environment KAFKA_LOG_DIRS")));
  }

  private static void assertName(String variable, String name) {
    assertThat(EnvironmentReader.settingName(variable, "x")).isEqualTo(name);
  }
}
