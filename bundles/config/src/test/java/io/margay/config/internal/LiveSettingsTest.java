package io.margay.config.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.margay.model.Endpoint;
import io.margay.config.internal.Layer.Entry;
import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.model.BrokerId;
import io.margay.spi.config.Catalogue;
import io.margay.spi.config.InvalidSettingException;
import io.margay.spi.config.NodeSettings.Given;
import io.margay.spi.config.NodeSettings.NotApplied;
import io.margay.spi.config.NodeSettings.Reason;
import io.margay.spi.config.NodeSettings.Registration;
import io.margay.spi.config.NodeSettings.Source;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingType;
import io.margay.spi.consensus.ConsensusSettings;
import io.margay.spi.log.LogDefaults;
import io.margay.spi.log.LogSettings;
import io.margay.spi.storage.StorageSettings;
import io.margay.spi.tls.TlsSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveSettingsTest {
  private static final Directories DIRECTORIES = new Directories(Path.of("/d"), Path.of("/h/etc/margay.cfg"), Path.of("/h"));

  @Test
  void higherLayersCountBeforeLowerOnes() {
    LiveSettings settings = live(layer("environment", "num.partitions", "3"), layer("file", "num.partitions", "2",
        "default.replication.factor", "2"));
    assertThat(settings.get(SampleSettings.NUM_PARTITIONS)).isEqualTo(3);
    assertThat(settings.get(SampleSettings.DEFAULT_REPLICATION_FACTOR)).isEqualTo(2);
    assertThat(settings.get(LogDefaults.MESSAGE_MAX_BYTES)).isEqualTo(1_048_588);
    image(settings, Map.of("num.partitions", "5"), Map.of());
    assertThat(settings.get(SampleSettings.NUM_PARTITIONS)).isEqualTo(5);
    image(settings, Map.of("num.partitions", "5"), Map.of("num.partitions", "6"));
    assertThat(settings.get(SampleSettings.NUM_PARTITIONS)).isEqualTo(6);
    image(settings, Map.of(), Map.of());
    assertThat(settings.get(SampleSettings.NUM_PARTITIONS)).isEqualTo(3);
  }

  /** Until it is unset in the cluster; then it counts when it is set again. */
  @Test
  void whatIsToBeUnsetIsPassedOver(@TempDir Path data) throws Exception {
    Files.writeString(data.resolve("unset-settings"), "num.partitions\n\n");
    LiveSettings settings = new LiveSettings(List.of(Layer.empty(Source.STATIC_BROKER)), SampleSettings.known(),
        new Directories(data, data.resolve("margay.cfg"), data), () -> "this.machine", new ChangeListeners(Runnable::run));
    Map<String, String> stored = Map.of("num.partitions", "5", "default.replication.factor", "2");
    image(settings, Map.of(), stored);
    assertThat(settings.get(SampleSettings.NUM_PARTITIONS)).isEqualTo(1);
    assertThat(settings.get(SampleSettings.DEFAULT_REPLICATION_FACTOR)).isEqualTo(2);
    image(settings, Map.of(), Map.of());
    image(settings, Map.of(), stored);
    assertThat(settings.get(SampleSettings.NUM_PARTITIONS)).as("it is not known yet that it was unset").isEqualTo(1);
    settings.unset(Set.of("num.partitions"));
    image(settings, Map.of(), Map.of("num.partitions", "6"));
    assertThat(settings.get(SampleSettings.NUM_PARTITIONS)).isEqualTo(6);
  }

  @Test
  void aStoredSettingThatOverridesAGivenOneIsSaidOnce() {
    List<String> lines = new ArrayList<>();
    java.util.logging.Handler handler = new java.util.logging.Handler() {
      @Override
      public void publish(java.util.logging.LogRecord record) {
        lines.add(record.getMessage());
      }

      @Override
      public void flush() { }

      @Override
      public void close() { }
    };
    java.util.logging.Logger log = java.util.logging.Logger.getLogger(LiveSettings.class.getName());
    log.addHandler(handler);
    try {
      LiveSettings settings = live(layer("environment KAFKA_NUM_PARTITIONS", "num.partitions", "3"), layer("file", "num.partitions", "2"));
      image(settings, Map.of(), Map.of("num.partitions", "3"));
      assertThat(lines).as("the environment's value is the same").noneMatch(l -> l.startsWith("A setting"));
      lines.clear();
      image(settings, Map.of(), Map.of("num.partitions", "5"));
      image(settings, Map.of(), Map.of("num.partitions", "5", "default.replication.factor", "1"));
      assertThat(lines.stream().filter(l -> l.startsWith("A setting"))).containsExactly("A setting that is stored in the cluster overrides"
          + " the one given here: setting=num.partitions stored=5 given=3 origin=environment KAFKA_NUM_PARTITIONS. To unset it:"
          + " config:unset broker 1 num.partitions");
    } finally {
      log.removeHandler(handler);
    }
  }

  @Test
  void synonymsInOtherUnitsAreConverted() {
    assertThat(live().get(LogDefaults.LOG_RETENTION_MS)).isEqualTo(604_800_000L);
    assertThat(live().get(LogDefaults.LOG_FLUSH_INTERVAL_MS)).isEqualTo(Long.MAX_VALUE);
    LiveSettings hours = live(layer("file", "log.retention.hours", "2"));
    assertThat(hours.get(LogDefaults.LOG_RETENTION_MS)).isEqualTo(7_200_000L);
    assertThat(hours.topic(Map.of()).get(LogSettings.RETENTION_MS)).isEqualTo(7_200_000L);
    LiveSettings minutes = live(layer("file", "log.retention.hours", "2", "log.retention.minutes", "3"));
    assertThat(minutes.topic(Map.of()).get(LogSettings.RETENTION_MS)).isEqualTo(180_000L);
    LiveSettings forEver = live(layer("file", "log.retention.hours", "-1"));
    assertThat(forEver.topic(Map.of()).get(LogSettings.RETENTION_MS)).isEqualTo(-1L);
    LiveSettings higher = live(layer("environment", "log.retention.hours", "1"), layer("file", "log.retention.ms", "5"));
    assertThat(higher.topic(Map.of()).get(LogSettings.RETENTION_MS)).isEqualTo(3_600_000L);
  }

  @Test
  void topicsTakeTheirOwnValuesThenTheServersThenTheDefault() {
    LiveSettings settings = live(layer("file", "message.max.bytes", "2000", "log.cleanup.policy", "compact",
        "margay.storage.engine", "memory"));
    assertThat(settings.topic(Map.of()).get(LogSettings.MAX_MESSAGE_BYTES)).isEqualTo(2000);
    assertThat(settings.topic(Map.of()).get(LogSettings.CLEANUP_POLICY)).containsExactly("compact");
    assertThat(settings.topic(Map.of()).get(LogSettings.MARGAY_STORAGE_ENGINE)).isEqualTo("memory");
    Map<String, String> overrides = new HashMap<>(Map.of("max.message.bytes", "10", "segment.ms", "rubbish"));
    var topic = settings.topic(overrides);
    assertThat(topic.get(LogSettings.MAX_MESSAGE_BYTES)).isEqualTo(10);
    assertThat(topic.get(LogSettings.SEGMENT_MS)).isEqualTo(604_800_000L);
    assertThat(topic.get(LogSettings.INTERNAL_SEGMENT_BYTES)).isNull();
    image(settings, Map.of("message.max.bytes", "3000"), Map.of());
    overrides.remove("max.message.bytes");
    assertThat(topic.get(LogSettings.MAX_MESSAGE_BYTES)).as("a view always has the newest").isEqualTo(3000);
  }

  @Test
  void aServersNameThatATopicSharesIsNotATopicsOverride() {
    LiveSettings settings = live(layer("file", "min.insync.replicas", "2"));
    assertThat(settings.topic(Map.of("min.insync.replicas", "3")).get(LogSettings.MIN_INSYNC_REPLICAS)).isEqualTo(3);
    assertThat(settings.topic(Map.of()).get(LogSettings.MIN_INSYNC_REPLICAS)).isEqualTo(2);
    assertThat(settings.get(LogDefaults.MIN_INSYNC_REPLICAS)).isEqualTo(2);
  }

  @Test
  void groupsResolveLikeTopics() {
    LiveSettings settings = live(layer("file", "group.consumer.session.timeout.ms", "50000"));
    assertThat(settings.topic(Map.of()).get(SampleSettings.CONSUMER_SESSION_TIMEOUT_MS)).isEqualTo(50_000);
    assertThat(settings.get(SampleSettings.CONSUMER_SESSION_TIMEOUT_MS)).isEqualTo(50_000);
    assertThat(settings.topic(Map.of("consumer.session.timeout.ms", "46000")).get(SampleSettings.CONSUMER_SESSION_TIMEOUT_MS))
        .isEqualTo(46_000);
  }

  @Test
  void listenersHaveSettingsOfTheirOwn() {
    var mine = TlsSettings.SSL_CLIENT_AUTH.ofListener("OUT", null);
    assertThat(live().get(mine)).isEqualTo("none");
    LiveSettings settings = live(layer("file", "ssl.client.auth", "requested"));
    assertThat(settings.get(mine)).isEqualTo("requested");
    List<Set<String>> told = new ArrayList<>();
    settings.onChange(told::add);
    image(settings, Map.of(), Map.of("listener.name.out.ssl.client.auth", "required"));
    assertThat(settings.get(mine)).isEqualTo("required");
    assertThat(settings.get(TlsSettings.SSL_CLIENT_AUTH)).isEqualTo("requested");
    assertThat(told).containsExactly(Set.of("listener.name.out.ssl.client.auth"));
  }

  @Test
  void nodeIdAndBrokerIdAreTheSame() {
    assertThat(live().nodeId()).isEqualTo(new BrokerId(1));
    LiveSettings older = live(layer("file", "broker.id", "7"));
    assertThat(older.nodeId()).isEqualTo(new BrokerId(7));
    assertThat(older.get(IdentitySettings.NODE_ID)).isEqualTo(7);
    assertThat(live(layer("file", "node.id", "8", "broker.id", "-1")).get(IdentitySettings.BROKER_ID)).isEqualTo(8);
    assertThatThrownBy(() -> live(layer("file", "node.id", "8", "broker.id", "9"))).isInstanceOf(InvalidSettingException.class)
        .hasMessage("Invalid value 9 for configuration broker.id: expected the same as node.id, which is 8");
  }

  @Test
  void directoriesAreBelowTheDataDirectory() {
    LiveSettings settings = live();
    assertThat(settings.dataDirectory()).isEqualTo(Path.of("/d"));
    assertThat(settings.get(StorageSettings.LOG_DIRS)).containsExactly("/d/logs");
    assertThat(settings.get(ConsensusSettings.METADATA_LOG_DIR)).isEqualTo("/d/metadata");
    assertThat(live(layer("file", "log.dir", "a,/b")).get(StorageSettings.LOG_DIRS)).containsExactly("/d/a", "/b");
    assertThat(live(layer("file", "log.dirs", "x", "log.dir", "y")).get(StorageSettings.LOG_DIRS)).containsExactly("/d/x");
  }

  @Test
  void knowsTheListenerOfTheQuorum() {
    assertThat(live().quorumListener()).isNull();
    assertThat(live(layer("file", "controller.listener.names", "controller")).quorumListener()).isEqualTo(new Endpoint("CONTROLLER", "PLAINTEXT", "", 0));
    assertThat(live(layer("file", "controller.listener.names", "SSL")).quorumListener().protocol()).isEqualTo("SSL");
    assertThat(live(layer("file", "controller.listener.names", "SASL_SSL")).quorumListener().protocol()).isEqualTo("SASL_SSL");
    assertThat(live(layer("file", "controller.listener.names", "QUORUM,OTHER", "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,Quorum:ssl"))
        .quorumListener()).isEqualTo(new Endpoint("QUORUM", "SSL", "", 0));
    assertThatThrownBy(() -> live(layer("file", "controller.listener.names", "QUORUM", "listener.security.protocol.map", "PLAINTEXT:PLAINTEXT")))
        .isInstanceOf(InvalidSettingException.class).hasMessageContaining("expected an entry such as QUORUM:SSL");
  }

  @Test
  void knowsTheListenerBetweenBrokers() {
    assertThat(live().get(IdentitySettings.INTER_BROKER_LISTENER_NAME)).isEqualTo("PLAINTEXT");
    LiveSettings two = live(layer("file", "listeners", "SSL://:9093,IN://:9094", "listener.security.protocol.map",
        "SSL:SSL,IN:PLAINTEXT"));
    assertThat(two.get(IdentitySettings.INTER_BROKER_LISTENER_NAME)).isEqualTo("IN");
    assertThatThrownBy(() -> live(layer("file", "inter.broker.listener.name", "X"))).isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("a name that listeners has: PLAINTEXT");
    assertThatThrownBy(() -> live(layer("file", "inter.broker.listener.name", "PLAINTEXT", "security.inter.broker.protocol",
        "PLAINTEXT"))).isInstanceOf(InvalidSettingException.class).hasMessageContaining("expected only one of them");
  }

  @Test
  void explainsEveryPlaceInTheOrderThatCounts() {
    LiveSettings settings = live(layer("environment", "log.retention.hours", "1"), layer("file", "log.retention.ms", "5"));
    image(settings, Map.of("log.retention.ms", "6"), Map.of("log.retention.ms", "7"));
    assertThat(settings.explain(LogSettings.RETENTION_MS, Map.of("retention.ms", "8"))).containsExactly(
        new Given("retention.ms", "8", Source.DYNAMIC_TOPIC, "Admin API"),
        new Given("log.retention.ms", "7", Source.DYNAMIC_BROKER, "Admin API, this broker"),
        new Given("log.retention.ms", "6", Source.DYNAMIC_DEFAULT_BROKER, "Admin API, all brokers"),
        new Given("log.retention.hours", "1", Source.STATIC_BROKER, "environment"),
        new Given("log.retention.ms", "5", Source.STATIC_BROKER, "file"),
        new Given("log.retention.ms", "604800000", Source.DEFAULT, "default"));
    assertThat(settings.explain(LogDefaults.LOG_RETENTION_MS, null)).first()
        .isEqualTo(new Given("log.retention.ms", "7", Source.DYNAMIC_BROKER, "Admin API, this broker"));
    assertThat(settings.explain(LogDefaults.LOG_RETENTION_MS, Map.of())).first()
        .isEqualTo(new Given("log.retention.ms", "6", Source.DYNAMIC_DEFAULT_BROKER, "Admin API, all brokers"));
    assertThat(settings.explain(SampleSettings.SHARE_ISOLATION_LEVEL, Map.of("share.isolation.level", "read_committed")))
        .containsExactly(new Given("share.isolation.level", "read_committed", Source.GROUP, "Admin API"),
            new Given("share.isolation.level", "read_uncommitted", Source.DEFAULT, "default"));
  }

  @Test
  void explainNeverShowsASecret() {
    LiveSettings settings = live(layer("file", "ssl.key.password", "hunter2"));
    assertThat(settings.explain(TlsSettings.SSL_KEY_PASSWORD, null).toString()).doesNotContain("hunter2");
    assertThat(settings.get(TlsSettings.SSL_KEY_PASSWORD)).isEqualTo("hunter2");
  }

  @Test
  void ignoresDynamicValuesThatCannotBeUsed() {
    LiveSettings settings = live();
    image(settings, Map.of("num.partitions", "none", "no.such.setting", "1", "node.id", "5", "message.max.bytes", "99"),
        Map.of());
    assertThat(settings.get(SampleSettings.NUM_PARTITIONS)).isEqualTo(1);
    assertThat(settings.nodeId()).isEqualTo(new BrokerId(1));
    assertThat(settings.get(LogDefaults.MESSAGE_MAX_BYTES)).isEqualTo(99);
    assertThat(settings.notApplied()).extracting(NotApplied::name).containsExactly("no.such.setting", "node.id", "num.partitions");
    image(settings, Map.of(), Map.of("listeners", "NOWHERE://h:1", "message.max.bytes", "98"));
    assertThat(settings.get(LogDefaults.MESSAGE_MAX_BYTES)).isEqualTo(98);
    assertThat(settings.listeners()).extracting(Object::toString).containsExactly("PLAINTEXT://:9092");
    assertThat(settings.notApplied()).extracting(NotApplied::name).containsExactly("listeners");
  }

  @Test
  void tellsOfChangesOfValuesOnly() {
    LiveSettings settings = live(layer("file", "num.partitions", "4"));
    List<Set<String>> told = new ArrayList<>();
    settings.onChange(names -> {
      throw new IllegalStateException("a listener that fails");
    });
    Registration registration = settings.onChange(told::add);
    image(settings, Map.of("num.partitions", "4"), Map.of());
    assertThat(told).as("the same value from another place").isEmpty();
    image(settings, Map.of("num.partitions", "9", "log.retention.ms", "8"), Map.of());
    assertThat(told).containsExactly(Set.of("num.partitions", "log.retention.ms"));
    registration.close();
    image(settings, Map.of(), Map.of());
    assertThat(told).hasSize(1);
  }

  @Test
  void holdsBackWhatTakesEffectAtTheStart() {
    LiveSettings settings = live(layer("file", "node.id", "3", "num.partitions", "4"));
    List<Set<String>> told = new ArrayList<>();
    settings.onChange(told::add);
    settings.update(List.of(layer("file", "node.id", "4", "num.network.threads", "9", "log.retention.hours", "1")));
    assertThat(settings.nodeId()).isEqualTo(new BrokerId(3));
    assertThat(settings.get(SampleSettings.NUM_NETWORK_THREADS)).isEqualTo(3);
    assertThat(settings.get(SampleSettings.NUM_PARTITIONS)).isEqualTo(1);
    assertThat(told).containsExactly(Set.of("num.partitions", "log.retention.hours", "log.retention.ms"));
    assertThat(settings.notApplied()).extracting(NotApplied::name, NotApplied::text, NotApplied::reason).containsExactly(
        tuple("node.id", "4", Reason.AT_NEXT_START), tuple("num.network.threads", "9", Reason.AT_NEXT_START));
  }

  @Test
  void listenersAreEvaluatedBeforeTheyAreSet() {
    LiveSettings settings = live(layer("file", "listeners", "PLAINTEXT://h:2"));
    image(settings, Map.of(), Map.of("listeners", "PLAINTEXT://h:3"));
    assertThat(settings.listenersWith(Map.of()).bound()).extracting(Object::toString).containsExactly("PLAINTEXT://h:2");
    assertThat(settings.listenersWith(Map.of("listeners", "PLAINTEXT://h:4", "num.partitions", "x")).advertised())
        .extracting(Object::toString).containsExactly("PLAINTEXT://h:4");
    assertThatThrownBy(() -> settings.listenersWith(Map.of("listeners", "PLAINTEXT://h:70000")))
        .isInstanceOf(InvalidSettingException.class).hasMessageContaining("65535");
    assertThat(settings.listeners()).extracting(Object::toString).containsExactly("PLAINTEXT://h:3");
  }

  @Test
  void listenersThatContradictEachOtherStayAsTheyWere() {
    LiveSettings settings = live(layer("environment", "advertised.listeners", "PLAINTEXT://a:1"),
        layer("file", "listeners", "PLAINTEXT://h:2"));
    settings.update(List.of(layer("environment", "advertised.listeners", "PLAINTEXT://a:1"),
        layer("file", "listeners", "X://h:1", "log.retention.hours", "1")));
    assertThat(settings.topic(Map.of()).get(LogSettings.RETENTION_MS)).as("the rest counts").isEqualTo(3_600_000L);
    assertThat(settings.listeners()).extracting(Object::toString).containsExactly("PLAINTEXT://h:2");
    assertThat(settings.notApplied()).singleElement().satisfies(n -> {
      assertThat(n.name()).isEqualTo("listeners");
      assertThat(n.reason()).isEqualTo(Reason.REFUSED);
      assertThat(n.why()).contains("expected");
    });
    settings.update(List.of(layer("environment", "advertised.listeners", "PLAINTEXT://a:1"),
        layer("file", "listeners", "PLAINTEXT://h:3")));
    assertThat(settings.listeners()).extracting(Object::toString).containsExactly("PLAINTEXT://h:3");
    assertThat(settings.notApplied()).isEmpty();
  }

  @Test
  void whatIsRefusedDoesNotShowASecret() {
    LiveSettings settings = live(layer("file"));
    settings.update(List.of(layer("file", "ssl.key.passwort", "hunter2")));
    assertThat(settings.notApplied()).singleElement();
    assertThat(settings.notApplied().toString()).doesNotContain("hunter2");
  }

  @Test
  void valuesAreToldInOneForm() {
    LiveSettings settings = live(layer("file", "message.max.bytes", "0500000", "log.cleanup.policy", " compact , delete "));
    assertThat(settings.explain(LogDefaults.MESSAGE_MAX_BYTES, null).get(0).text()).isEqualTo("500000");
    assertThat(settings.explain(LogSettings.CLEANUP_POLICY, Map.of()).get(0).text()).isEqualTo("compact,delete");
    assertThat(settings.explain(LogSettings.RETENTION_MS, Map.of("retention.ms", " 86400000 ")).get(0).text()).isEqualTo("86400000");
    assertThat(settings.explain(LogSettings.CLEANUP_POLICY, Map.of("cleanup.policy", "delete,delete")).get(0).text())
        .isEqualTo("delete");
  }

  @Test
  void settingsOfFormerVersionsAreListedOnlyIfTheyAreGiven() {
    LiveSettings settings = live(layer("file", "zookeeper.connect", "zk:2181"));
    assertThat(settings.definitions(Setting.Scope.BROKER)).extracting(Setting::name).contains("zookeeper.connect", "num.partitions")
        .doesNotContain("inter.broker.protocol.version", "port");
    assertThat(settings.definition(Setting.Scope.BROKER, "port")).isNotNull();
  }

  @Test
  void aPartThatComesBringsItsSettings() {
    KnownSettings known = SampleSettings.known();
    LiveSettings settings = new LiveSettings(List.of(Layer.empty(Source.STATIC_BROKER)), known, DIRECTORIES, () -> "this.machine", new ChangeListeners(Runnable::run));
    image(settings, Map.of("part.rate", "5"), Map.of());
    Catalogue part = new Catalogue("part");
    Setting<Integer> rate = part.broker(SettingType.INT, "part.rate", 1).from(1).live().doc("A rate.");
    Setting<Integer> size = part.broker(SettingType.INT, "part.size", 1).from(1).doc("A size, at the start.");
    assertThat(settings.definition(Setting.Scope.BROKER, "part.rate")).isNull();
    List<String> changed = new ArrayList<>();
    settings.onChange(changed::addAll);
    assertThat(known.define("part", part.settings())).isTrue();
    settings.update(List.of(layer("file", "part.size", "3")));
    assertThat(settings.get(rate)).as("what the cluster said before").isEqualTo(5);
    assertThat(settings.get(size)).as("known only now, so that it counts now").isEqualTo(3);
    assertThat(settings.notApplied()).isEmpty();
    assertThat(changed).as("no part has read it yet").isEmpty();
  }

  @Test
  void whatANewVersionOfAPartDefinesReplacesWhatTheOldOneDid() {
    KnownSettings known = SampleSettings.known();
    Catalogue first = new Catalogue("part");
    first.broker(SettingType.INT, "part.rate", 1).from(1).live().doc("A rate.");
    known.define("part", first.settings());
    LiveSettings settings = new LiveSettings(List.of(layer("file", "part.rate", "7")), known, DIRECTORIES, () -> "this.machine", new ChangeListeners(Runnable::run));
    Catalogue second = new Catalogue("part");
    Setting<String> word = second.broker(SettingType.STRING, "part.rate", "none").live().doc("A word.");
    assertThat(settings.get(word)).as("before the definition is known").isEqualTo("7");
    known.define("part", second.settings());
    settings.update(List.of(layer("file", "part.rate", "quick")));
    assertThat(settings.get(word)).isEqualTo("quick");
    known.define("part", List.of());
    settings.update(List.of(layer("file", "part.rate", "slow")));
    assertThat(settings.notApplied()).extracting(NotApplied::name).containsExactly("part.rate");
    assertThat(settings.get(word)).as("what counted before stays").isEqualTo("quick");
  }

  @Test
  void partsThatComeLaterAreAskedOnlyForANameThatIsNotKnown() {
    Catalogue later = new Catalogue("later");
    Setting<Integer> rate = later.broker(SettingType.INT, "later.rate", 1).from(1).live().doc("A rate.");
    List<String> asked = new ArrayList<>();
    KnownSettings known = new KnownSettings(() -> {
      asked.add("once");
      return Map.of("later", later.settings());
    });
    known.define("identity", new IdentitySettings().catalogue().settings());
    assertThat(known.covering(List.of("node.id")).broker("later.rate")).isNull();
    assertThat(asked).isEmpty();
    assertThat(known.covering(List.of("later.rate")).broker("later.rate")).isSameAs(rate);
    assertThat(known.covering(List.of("never.there")).broker("never.there")).isNull();
    assertThat(asked).containsExactly("once");
  }

  private static Layer layer(String origin, String... namesAndTexts) {
    Map<String, Entry> entries = new HashMap<>();
    for (int i = 0; i < namesAndTexts.length; i += 2) {
      entries.put(namesAndTexts[i], new Entry(namesAndTexts[i + 1], origin));
    }
    return new Layer(Source.STATIC_BROKER, entries);
  }

  private static LiveSettings live(Layer... layers) {
    return new LiveSettings(List.of(layers), SampleSettings.known(), DIRECTORIES, () -> "this.machine", new ChangeListeners(Runnable::run));
  }

  private static void image(LiveSettings settings, Map<String, String> allBrokers, Map<String, String> thisBroker) {
    Map<ConfigResource, Map<String, String>> configs = Map.of(ConfigResource.ALL_BROKERS, allBrokers,
        ConfigResource.broker(settings.nodeId().value()), thisBroker);
    SortedMap<BrokerId, io.margay.metadata.BrokerImage> brokers = new TreeMap<>();
    settings.onImage(new ClusterDelta(false, Set.of(), Set.of(), configs.keySet(), false),
        new ClusterImage("c", 1, BrokerId.NONE, brokers, io.margay.metadata.TopicsImage.EMPTY, configs, Map.of()));
  }
}
