package io.margay.controller.internal.handlers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.FakePlacers;
import io.margay.controller.internal.OtherSettings;
import io.margay.controller.internal.InMemoryLog;
import io.margay.controller.internal.LoneNode;
import io.margay.controller.internal.JulLogLevels;
import io.margay.model.Endpoint;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Kafka's own admin client against the handlers, over a socket. */
@Timeout(60)
class AdminClientTest {
  private static final Logger CLIENT_LOGGER = Logger.getLogger("org.apache.kafka");

  private ControllerRuntime controller;
  private SocketServer server;
  private Admin admin;

  @BeforeEach
  void start() throws Exception {
    CLIENT_LOGGER.setLevel(Level.WARNING);
    server = new SocketServer();
    controller = new ControllerRuntime(new InMemoryLog(), OtherSettings.known(), FakePlacers.installed(), FakePlacers.partitioners(), LoneNode.outside());
    controller.start();
    controller.register(List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "127.0.0.1", server.port())));
    controller.allocateProducerIds().toCompletableFuture().get();
    server.start(List.of(new MetadataHandler(controller), new CreateTopicsHandler(controller),
        new DeleteTopicsHandler(controller), new CreatePartitionsHandler(controller),
        new DescribeConfigsHandler(controller, new JulLogLevels()),
        new IncrementalAlterConfigsHandler(controller, new JulLogLevels()), new ListConfigResourcesHandler(controller),
        new DescribeClusterHandler(controller), new DescribeTopicPartitionsHandler(controller),
        new ElectLeadersHandler(controller),
        new AlterPartitionReassignmentsHandler(controller), new ListPartitionReassignmentsHandler(controller),
        new DescribeQuorumHandler(new FakeQuorum()), new DescribeAclsHandler(controller), new DescribeClientQuotasHandler(controller),
        new AlterClientQuotasHandler(controller),
        new DescribeUserScramCredentialsHandler(controller), new AlterUserScramCredentialsHandler(controller)));
    admin = Admin.create(Map.of("bootstrap.servers", "127.0.0.1:" + server.port(), "request.timeout.ms", "15000",
        "default.api.timeout.ms", "20000"));
  }

  @AfterEach
  void stop() throws Exception {
    admin.close();
    server.close();
    controller.close();
    assertThat(server.failures()).isEmpty();
  }

  private static <T> T get(org.apache.kafka.common.KafkaFuture<T> future) throws Exception {
    return future.get(20, TimeUnit.SECONDS);
  }

  private void create(String name, int partitions) throws Exception {
    get(admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1))).all());
  }

  @Test
  void topicsFromCreationToDeletion() throws Exception {
    var created = admin.createTopics(List.of(
        new NewTopic("a", Optional.of(3), Optional.empty()).configs(Map.of("retention.ms", "9")),
        new NewTopic("manual", Map.of(0, List.of(1), 1, List.of(1)))));
    assertThat(get(created.numPartitions("a"))).isEqualTo(3);
    assertThat(get(created.replicationFactor("a"))).isEqualTo(1);
    assertThat(get(created.config("a")).get("retention.ms").value()).isEqualTo("9");
    Uuid id = get(created.topicId("a"));
    assertThat(get(admin.listTopics(new ListTopicsOptions().listInternal(true)).names()))
        .containsExactlyInAnyOrder("a", "manual");
    TopicDescription description = get(admin.describeTopics(List.of("a")).allTopicNames()).get("a");
    assertThat(description.topicId()).isEqualTo(id);
    assertThat(description.partitions()).hasSize(3).allSatisfy(p -> assertThat(p.leader().id()).isEqualTo(1));
    assertThat(get(admin.describeTopics(TopicCollection.ofTopicIds(List.of(id))).allTopicIds()).get(id).name()).isEqualTo("a");
    get(admin.createPartitions(Map.of("a", NewPartitions.increaseTo(5))).all());
    assertThat(get(admin.describeTopics(List.of("a")).allTopicNames()).get("a").partitions()).hasSize(5);
    assertThatThrownBy(() -> create("a", 1)).hasCauseInstanceOf(TopicExistsException.class);
    get(admin.deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all());
    get(admin.deleteTopics(List.of("manual")).all());
    assertThat(get(admin.listTopics().names())).isEmpty();
    assertThatThrownBy(() -> get(admin.describeTopics(List.of("a")).allTopicNames()))
        .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
  }

  @Test
  void refusalsBecomeTheClientsExceptions() throws Exception {
    assertThatThrownBy(() -> get(admin.createTopics(List.of(new NewTopic("wide", 1, (short) 3))).all()))
        .hasCauseInstanceOf(InvalidReplicationFactorException.class);
    NewTopic bad = new NewTopic("bad", 1, (short) 1).configs(Map.of("retention.ms", "x"));
    assertThatThrownBy(() -> get(admin.createTopics(List.of(bad),
        new CreateTopicsOptions().validateOnly(true)).all())).hasCauseInstanceOf(InvalidConfigurationException.class);
    assertThatThrownBy(() -> get(admin.describeAcls(AclBindingFilter.ANY).values()))
        .hasCauseInstanceOf(SecurityDisabledException.class);
  }

  @Test
  void settings() throws Exception {
    create("a", 1);
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "a");
    Map<ConfigResource, Collection<AlterConfigOp>> edits = new HashMap<>();
    edits.put(topic, List.of(new AlterConfigOp(new ConfigEntry("cleanup.policy", "compact"), OpType.APPEND),
        new AlterConfigOp(new ConfigEntry("retention.ms", "5"), OpType.SET)));
    get(admin.incrementalAlterConfigs(edits).all());
    ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
    ConfigResource loggers = new ConfigResource(ConfigResource.Type.BROKER_LOGGER, "1");
    Map<ConfigResource, Config> all = get(admin.describeConfigs(List.of(topic, broker, loggers),
        new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true)).all());
    assertThat(all.get(topic).get("cleanup.policy").value()).isEqualTo("delete,compact");
    ConfigEntry retention = all.get(topic).get("retention.ms");
    assertThat(retention.source()).isEqualTo(ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);
    assertThat(retention.type()).isEqualTo(ConfigEntry.ConfigType.LONG);
    assertThat(retention.documentation()).isNotBlank();
    assertThat(all.get(broker).get("node.id").isReadOnly()).isTrue();
    assertThat(all.get(loggers).get("root")).isNotNull();
    assertThat(get(admin.listConfigResources().all())).contains(topic, broker);
  }

  @Test
  void cluster() throws Exception {
    create("a", 1);
    var cluster = admin.describeCluster(new DescribeClusterOptions().includeAuthorizedOperations(true));
    assertThat(get(cluster.clusterId())).isEqualTo("AAAAAAAAAAAAAAAAAAAAAQ");
    assertThat(get(cluster.controller()).id()).isEqualTo(1);
    assertThat(get(cluster.nodes())).hasSize(1);
    assertThat(get(cluster.authorizedOperations())).isNotEmpty();
    QuorumInfo quorum = get(admin.describeMetadataQuorum().quorumInfo());
    assertThat(quorum.leaderId()).isEqualTo(1);
    TopicPartition tp = new TopicPartition("a", 0);
    assertThat(get(admin.electLeaders(ElectionType.PREFERRED, java.util.Set.of(tp)).partitions()).get(tp))
        .get().isInstanceOf(ElectionNotNeededException.class);
    assertThat(get(admin.listPartitionReassignments().reassignments())).isEmpty();
    assertThat(get(admin.describeClientQuotas(ClientQuotaFilter.all()).entities())).isEmpty();
    assertThat(get(admin.describeUserScramCredentials().all())).isEmpty();
  }

  @Test
  void passwordsOfUsersAreSetAndDeleted() throws Exception {
    ScramCredentialInfo info = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096);
    get(admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion("alice", info, "secret"),
        new UserScramCredentialUpsertion("alice", new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 8192), "secret"),
        new UserScramCredentialUpsertion("bob", info, "other"))).all());
    assertThat(get(admin.describeUserScramCredentials().all())).containsOnlyKeys("alice", "bob");
    assertThat(get(admin.describeUserScramCredentials(List.of("alice")).all()).get("alice").credentialInfos())
        .containsExactlyInAnyOrder(info, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 8192));
    get(admin.alterUserScramCredentials(List.of(new UserScramCredentialDeletion("bob", ScramMechanism.SCRAM_SHA_512))).all());
    assertThat(get(admin.describeUserScramCredentials().all())).containsOnlyKeys("alice");
    assertThatThrownBy(() -> get(admin.alterUserScramCredentials(
        List.of(new UserScramCredentialDeletion("bob", ScramMechanism.SCRAM_SHA_512))).all())).hasMessageContaining("does not exist");
    assertThatThrownBy(() -> get(admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion("carol",
        new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 100), "x"))).all())).hasMessageContaining("Too few iterations");
    assertThat(controller.image().configs().keySet()).as("what clients may list").extracting(r -> r.type().name()).containsExactly("USER");
    assertThat(get(admin.listConfigResources().all())).noneMatch(r -> r.name().equals("alice"));
  }
}
