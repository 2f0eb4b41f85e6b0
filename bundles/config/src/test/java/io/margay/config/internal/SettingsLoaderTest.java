package io.margay.config.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.margay.config.internal.SettingsLoader.Surroundings;
import io.margay.model.BrokerId;
import io.margay.spi.config.NodeSettings.Given;
import io.margay.spi.config.NodeSettings.NotApplied;
import io.margay.spi.config.NodeSettings.Reason;
import io.margay.spi.log.LogDefaults;
import io.margay.spi.storage.StorageSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsLoaderTest implements SettingsLoader.Outcome {
  private final List<String> messages = new ArrayList<>();
  private final Map<String, String> environment = new HashMap<>();
  private final Map<String, Object> properties = new HashMap<>();
  private LiveSettings settings;
  private int changes;
  @TempDir
  private Path home;

  @BeforeEach
  void makeEtc() throws IOException {
    Files.createDirectories(home.resolve("etc"));
  }

  @Test
  void startsWithNothingAtAll() {
    loader().load();
    assertThat(messages).isEmpty();
    assertThat(settings.listeners()).extracting(Object::toString).containsExactly("PLAINTEXT://:9092");
    assertThat(settings.advertisedListeners()).extracting(Object::toString).containsExactly("PLAINTEXT://this.machine:9092");
    assertThat(home.resolve("d")).isDirectory();
  }

  @Test
  void readsEnvironmentThenConfigurationThenFile() throws IOException {
    environment.put("KAFKA_NUM_PARTITIONS", "3");
    environment.put("MARGAY_FLUSH_POLICY", "ack");
    properties.putAll(Map.of("num.partitions", 4, "default.replication.factor", 2, "service.pid", "io.margay",
        "felix.fileinstall.filename", "x", "component.id", 7L, "log.cleanup.policy", new String[] {"compact", "delete"}));
    write("num.partitions=5\ndefault.replication.factor=6\n! a comment\nmessage.max.bytes : 77\nlog.dirs=${margay.home}/x,y");
    loader().load();
    assertThat(messages).isEmpty();
    assertThat(settings.get(SampleSettings.NUM_PARTITIONS)).isEqualTo(3);
    assertThat(settings.get(SampleSettings.DEFAULT_REPLICATION_FACTOR)).isEqualTo(2);
    assertThat(settings.get(LogDefaults.MESSAGE_MAX_BYTES)).isEqualTo(77);
    assertThat(settings.get(LogDefaults.MARGAY_FLUSH_POLICY)).isEqualTo("ack");
    assertThat(settings.get(LogDefaults.LOG_CLEANUP_POLICY)).containsExactly("compact", "delete");
    assertThat(settings.get(StorageSettings.LOG_DIRS)).containsExactly(home.resolve("x").toString(),
        home.resolve("d/y").toString());
  }

  @Test
  void acceptsAnOldConfigurationAsItIs() throws IOException {
    environment.putAll(Map.of("KAFKA_ZOOKEEPER_CONNECT", "zk:2181", "KAFKA_BROKER_ID", "4", "KAFKA_HEAP_OPTS", "-Xmx1g",
        "KAFKA_CONFLUENT_SUPPORT_METRICS_ENABLE", "false", "KAFKA_INTER_BROKER_PROTOCOL_VERSION", "2.8"));
    write("zookeeper.connection.timeout.ms=18000\nlog.message.format.version=2.8\noffsets.topic.replication.factor=1\n");
    loader().load();
    assertThat(messages).isEmpty();
    assertThat(settings.nodeId()).isEqualTo(new BrokerId(4));
  }

  @Test
  void acceptsKafkasOwnFileForOneNode() throws IOException {
    write("""
        process.roles=broker,controller
        node.id=1
        controller.quorum.bootstrap.servers=localhost:9093
        listeners=PLAINTEXT://:9092,CONTROLLER://:9093
        inter.broker.listener.name=PLAINTEXT
        advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093
        controller.listener.names=CONTROLLER
        listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT
        num.network.threads=3
        log.dirs=logs
        share.coordinator.state.topic.replication.factor=1
        log.retention.hours=168
        """);
    loader().load();
    assertThat(messages).isEmpty();
    assertThat(settings.advertisedListeners()).extracting(Object::toString).containsExactly("PLAINTEXT://localhost:9092");
  }

  @Test
  void saysEverythingThatIsWrongAtOnce() throws IOException {
    environment.put("KAFKA_NUM_PARTITIONS", "2x");
    properties.put("retention.ms", "5");
    write("listners=PLAINTEXT://:9092\nlog.cleaner.min.cleanable.ratio=2\n");
    loader().load();
    assertThat(settings).isNull();
    assertThat(messages).containsExactly("""
        The settings of this node are not valid:
          environment KAFKA_NUM_PARTITIONS: Invalid value 2x for configuration num.partitions: expected a whole number of 32 bits
          configuration io.margay: retention.ms is a setting of topics; log.retention.ms gives the default of all topics
          FILE:1: there is no setting listners; did you mean listeners?
          FILE:2: Invalid value 2 for configuration log.cleaner.min.cleanable.ratio: expected a number from 0 to 1"""
        .replace("FILE", file().toString()));
  }

  @Test
  void saysInWhichLineAndVariableAndConfigurationASettingStands() throws IOException {
    environment.put("KAFKA_NUM_PARTITIONS", "3");
    properties.putAll(Map.of("num.partitions", 4, "felix.fileinstall.filename", "file:/k/etc/io.margay.cfg",
        "org.apache.karaf.features.configKey", "x"));
    write("# num.partitions=1\n\nnum.partitions=5\nadvertised.listeners = \\\n  PLAINTEXT://h:1\nmessage.max.bytes : 77");
    loader().load();
    assertThat(messages).isEmpty();
    assertThat(settings.explain(SampleSettings.NUM_PARTITIONS, null)).extracting(Given::text, Given::origin).containsExactly(
        tuple("3", "environment KAFKA_NUM_PARTITIONS"), tuple("4", "configuration io.margay, /k/etc/io.margay.cfg"),
        tuple("5", file() + ":3"), tuple("1", "default"));
    assertThat(settings.explain(IdentitySettings.ADVERTISED_LISTENERS, null)).first().extracting(Given::text, Given::origin)
        .containsExactly("PLAINTEXT://h:1", file() + ":4");
    assertThat(settings.explain(LogDefaults.MESSAGE_MAX_BYTES, null)).first().extracting(Given::origin)
        .isEqualTo(file() + ":6");
  }

  @Test
  void saysWhatContradicts() {
    environment.put("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://0.0.0.0:9092");
    loader().load();
    assertThat(messages).singleElement().asString()
        .contains("environment KAFKA_ADVERTISED_LISTENERS: Invalid value PLAINTEXT://0.0.0.0:9092");
  }

  @Test
  void startsLaterWhenTheFileIsMended() throws IOException {
    write("num.partitions=zero");
    SettingsLoader loader = loader();
    loader.load();
    assertThat(messages).hasSize(1);
    loader.loadIfFileChanged();
    assertThat(messages).as("nothing new to say").hasSize(1);
    write("num.partitions=12");
    loader.loadIfFileChanged();
    assertThat(settings.get(SampleSettings.NUM_PARTITIONS)).isEqualTo(12);
  }

  @Test
  void readsAChangedFileAgain() throws IOException {
    write("num.partitions=2\nnode.id=6");
    SettingsLoader loader = loader();
    loader.load();
    settings.onChange(names -> changes++);
    loader.loadIfFileChanged();
    write("num.partitions=33\nnode.id=7");
    loader.loadIfFileChanged();
    assertThat(settings.get(SampleSettings.NUM_PARTITIONS)).isEqualTo(33);
    assertThat(settings.nodeId()).isEqualTo(new BrokerId(6));
    write("num.partitions=bad");
    loader.loadIfFileChanged();
    assertThat(settings.get(SampleSettings.NUM_PARTITIONS)).as("a bad value changes nothing").isEqualTo(33);
    Files.delete(file());
    loader.loadIfFileChanged();
    assertThat(settings.get(SampleSettings.NUM_PARTITIONS)).isEqualTo(1);
    assertThat(changes).isEqualTo(2);
    assertThat(messages).isEmpty();
  }

  @Test
  void takesChangedPropertiesIntoEffect() {
    properties.put("num.partitions", "2");
    SettingsLoader loader = loader();
    loader.load();
    loader.load(Map.of("num.partitions", "3", "auto.create.topics.enable", false));
    assertThat(settings.get(SampleSettings.NUM_PARTITIONS)).isEqualTo(3);
    assertThat(settings.get(SampleSettings.AUTO_CREATE_TOPICS_ENABLE)).isFalse();
    loader.load(Map.of("num.partitions", "x"));
    assertThat(settings.get(SampleSettings.NUM_PARTITIONS)).isEqualTo(3);
  }

  @Test
  void refusesOneByOneWhatIsNotValidOnceTheNodeServes() throws IOException {
    properties.put("num.partitions", "2");
    SettingsLoader loader = loader();
    loader.load();
    loader.load(Map.of("num.partitions", "many", "num.partition", 3, "message.max.bytes", 99));
    assertThat(settings.get(SampleSettings.NUM_PARTITIONS)).as("stays").isEqualTo(2);
    assertThat(settings.get(LogDefaults.MESSAGE_MAX_BYTES)).as("the good one beside the bad ones").isEqualTo(99);
    assertThat(settings.notApplied()).containsExactly(
        new NotApplied("num.partition", null, "configuration io.margay", Reason.REFUSED,
            "there is no setting num.partition; did you mean num.partitions?"),
        new NotApplied("num.partitions", "many", "configuration io.margay", Reason.REFUSED,
            "Invalid value many for configuration num.partitions: expected a whole number of 32 bits"));
    write("num.partitions=7\nlog.retention.hours=x\nfetch.max.bytes=5000");
    loader.loadIfFileChanged();
    assertThat(settings.get(SampleSettings.FETCH_MAX_BYTES)).as("a bad configuration does not hold up a file").isEqualTo(5000);
    assertThat(settings.notApplied()).extracting(NotApplied::origin)
        .containsExactly("configuration io.margay", "configuration io.margay", file() + ":2");
    loader.load(Map.of());
    assertThat(settings.get(SampleSettings.NUM_PARTITIONS)).as("now the file counts").isEqualTo(7);
    assertThat(settings.notApplied()).extracting(NotApplied::name).containsExactly("log.retention.hours");
    assertThat(messages).isEmpty();
  }

  @Test
  void aFileThatCannotBeReadAnyMoreChangesNothing() throws IOException {
    write("num.partitions=7");
    SettingsLoader loader = loader();
    loader.load();
    write("num.partitions=\\u12");
    loader.loadIfFileChanged();
    loader.load(Map.of("message.max.bytes", 99));
    assertThat(settings.get(SampleSettings.NUM_PARTITIONS)).isEqualTo(7);
    assertThat(settings.get(LogDefaults.MESSAGE_MAX_BYTES)).isEqualTo(99);
  }

  @Test
  void whatTakesEffectAtTheStartWaitsAndIsKnownToWait() throws IOException {
    properties.put("num.network.threads", 2);
    SettingsLoader loader = loader();
    loader.load();
    loader.load(Map.of("node.id", 5));
    assertThat(settings.nodeId()).isEqualTo(new BrokerId(1));
    assertThat(settings.get(SampleSettings.NUM_NETWORK_THREADS)).isEqualTo(2);
    assertThat(settings.notApplied()).extracting(NotApplied::name, NotApplied::text, NotApplied::reason).containsExactly(
        tuple("node.id", "5", Reason.AT_NEXT_START), tuple("num.network.threads", null, Reason.AT_NEXT_START));
  }

  @Test
  void saysThatAFileCannotBeRead() throws IOException {
    write("a=\\u12");
    loader().load();
    assertThat(messages).singleElement().asString().contains(file() + ": cannot be read: is no file of settings");
  }

  @Test
  void saysThatTheDataDirectoryCannotBeMade() throws IOException {
    Files.writeString(home.resolve("d"), "a file in the way");
    loader().load();
    assertThat(settings).isNull();
    assertThat(messages).singleElement().asString().contains("the data directory " + home.resolve("d") + " cannot be made");
  }

  @Override
  public void onValid(LiveSettings valid) {
    assertThat(settings).as("valid for the first time").isNull();
    settings = valid;
  }

  @Override
  public void onInvalid(String message) {
    messages.add(message);
  }

  private SettingsLoader loader() {
    return new SettingsLoader(SampleSettings.known(), "io.margay", null, new Surroundings(environment, Map.of("margay.home", home.toString(), "margay.data",
        home.resolve("d").toString()), () -> "this.machine"), properties, this);
  }

  private Path file() {
    return home.resolve("etc/margay.cfg");
  }

  /** Writes the file with a time of its own, as two writes may fall into one tick of the file system's clock. */
  private void write(String text) throws IOException {
    long before = Files.exists(file()) ? Files.getLastModifiedTime(file()).toMillis() : 1_000_000;
    Files.writeString(file(), text);
    Files.setLastModifiedTime(file(), FileTime.fromMillis(before + 2000));
  }
}
