package io.margay.controller.internal.handlers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.margay.controller.internal.JulLogLevels;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.Messages;
import io.margay.protocol.message.AddRaftVoterRequest;
import io.margay.protocol.message.AddRaftVoterResponse;
import io.margay.protocol.message.AlterPartitionReassignmentsRequest.ReassignablePartition;
import io.margay.protocol.message.AlterPartitionReassignmentsRequest.ReassignableTopic;
import io.margay.protocol.message.AlterPartitionReassignmentsRequest;
import io.margay.protocol.message.AlterPartitionReassignmentsResponse;
import io.margay.protocol.message.CreateAclsRequest;
import io.margay.protocol.message.CreateAclsResponse;
import io.margay.protocol.message.DescribeAclsRequest;
import io.margay.protocol.message.DescribeAclsResponse;
import io.margay.protocol.message.DescribeClusterRequest;
import io.margay.protocol.message.DescribeClusterResponse;
import io.margay.protocol.message.DescribeQuorumRequest;
import io.margay.protocol.message.DescribeQuorumResponse;
import io.margay.protocol.message.DescribeTopicPartitionsRequest.Cursor;
import io.margay.protocol.message.DescribeTopicPartitionsRequest.TopicRequest;
import io.margay.protocol.message.DescribeTopicPartitionsRequest;
import io.margay.protocol.message.DescribeTopicPartitionsResponse;
import io.margay.protocol.message.DescribeUserScramCredentialsRequest;
import io.margay.protocol.message.DescribeUserScramCredentialsResponse;
import io.margay.protocol.message.ElectLeadersRequest.TopicPartitions;
import io.margay.protocol.message.ElectLeadersRequest;
import io.margay.protocol.message.ElectLeadersResponse;
import io.margay.protocol.message.RemoveRaftVoterRequest;
import io.margay.protocol.message.RemoveRaftVoterResponse;
import io.margay.protocol.message.UnregisterBrokerRequest;
import io.margay.protocol.message.UnregisterBrokerResponse;
import io.margay.protocol.message.UpdateFeaturesRequest.FeatureUpdateKey;
import io.margay.protocol.message.UpdateFeaturesRequest;
import io.margay.protocol.message.UpdateFeaturesResponse;
import io.margay.spi.consensus.QuorumNode;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.FakeRequest;
import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ClusterHandlersTest extends HandlerTest {
  private Stream<ApiHandler> all() {
    return Stream.of(new MetadataHandler(controller), new CreateTopicsHandler(controller), new DeleteTopicsHandler(controller),
        new CreatePartitionsHandler(controller), new DescribeConfigsHandler(controller, new JulLogLevels()),
        new IncrementalAlterConfigsHandler(controller, new JulLogLevels()), new AlterConfigsHandler(controller),
        new ListConfigResourcesHandler(controller), new DescribeClusterHandler(controller),
        new DescribeTopicPartitionsHandler(controller), new ElectLeadersHandler(controller),
        new AlterPartitionReassignmentsHandler(controller), new ListPartitionReassignmentsHandler(controller),
        new DescribeQuorumHandler(new FakeQuorum()), new UpdateFeaturesHandler(controller), new UnregisterBrokerHandler(controller),
        new AddRaftVoterHandler(controller, new FakeQuorum()), new RemoveRaftVoterHandler(controller, new FakeQuorum()),
        new DescribeAclsHandler(controller), new CreateAclsHandler(controller), new DeleteAclsHandler(controller), new DescribeClientQuotasHandler(controller),
        new DescribeUserScramCredentialsHandler(controller), new AlterUserScramCredentialsHandler(controller));
  }

  private static Message message(ApiHandler handler, String suffix) throws Exception {
    Constructor<?> constructor = Class.forName("io.margay.protocol.message." + handler.api().name() + suffix).getConstructor();
    return (Message) constructor.newInstance();
  }

  /** An empty request of each version is answered, and an error can be told in each, also where the body is no request. */
  @Test
  void everyHandlerAnswersAllVersions() throws Exception {
    List<ApiHandler> handlers = all().toList();
    assertThat(handlers).extracting(h -> h.api().key()).doesNotHaveDuplicates();
    for (ApiHandler handler : handlers) {
      for (short version = handler.lowestVersion(); version <= handler.highestVersion(); version++) {
        ask(handler, version, message(handler, "Request"), () -> response(handler));
        FakeRequest request = new FakeRequest(handler.api(), message(handler, "Request"), version);
        request.body().writerIndex(0);
        Message error = handler.errorResponse(request, Errors.NOT_CONTROLLER);
        assertThat(Messages.toBytes(error, version)).as(handler.api().name() + " v" + version).isNotEmpty();
      }
    }
  }

  private static Message response(ApiHandler handler) {
    try {
      return message(handler, "Response");
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void describesTheCluster() throws Exception {
    DescribeClusterResponse response = ask(new DescribeClusterHandler(controller), 2, new DescribeClusterRequest(),
        DescribeClusterResponse::new);
    assertThat(response.clusterId()).isEqualTo("AAAAAAAAAAAAAAAAAAAAAQ");
    assertThat(response.controllerId()).isEqualTo(1);
    assertThat(response.brokers()).singleElement().satisfies(b -> assertThat(b.port()).isEqualTo(9092));
    assertThat(response.clusterAuthorizedOperations()).isEqualTo(Integer.MIN_VALUE);
    assertThat(ask(new DescribeClusterHandler(controller), 1, new DescribeClusterRequest().setEndpointType((byte) 2),
        DescribeClusterResponse::new)).returns(Errors.MISMATCHED_ENDPOINT_TYPE.code(), DescribeClusterResponse::errorCode)
        .returns((byte) 1, DescribeClusterResponse::endpointType);
  }

  @Test
  void topicPartitionsComePageByPage() throws Exception {
    createTopic("a", 3);
    createTopic("b", 4);
    createTopic("c", 1);
    DescribeTopicPartitionsHandler handler = new DescribeTopicPartitionsHandler(controller);
    List<String> seen = new ArrayList<>();
    Cursor cursor = null;
    int pages = 0;
    do {
      DescribeTopicPartitionsResponse page = ask(handler, 0, new DescribeTopicPartitionsRequest().setCursor(cursor)
          .setResponsePartitionLimit(2), DescribeTopicPartitionsResponse::new);
      page.topics().forEach(t -> t.partitions().forEach(p -> seen.add(t.name() + p.partitionIndex())));
      cursor = page.nextCursor() == null ? null : new Cursor().setTopicName(page.nextCursor().topicName())
          .setPartitionIndex(page.nextCursor().partitionIndex());
      pages++;
    } while (cursor != null);
    assertThat(seen).containsExactly("a0", "a1", "a2", "b0", "b1", "b2", "b3", "c0");
    assertThat(pages).isEqualTo(4);
    DescribeTopicPartitionsResponse named = ask(handler, 0, new DescribeTopicPartitionsRequest().setTopics(
        List.of(new TopicRequest().setName("c"), new TopicRequest().setName("nope"))), DescribeTopicPartitionsResponse::new);
    assertThat(named.topics()).extracting(t -> Errors.forCode(t.errorCode())).containsExactly(Errors.NONE,
        Errors.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(named.topics().get(0).partitions().get(0).leaderId()).isEqualTo(1);
  }

  @Test
  void electionsAreNotNeeded() throws Exception {
    createTopic("a", 1);
    ElectLeadersResponse response = ask(new ElectLeadersHandler(controller), 2, new ElectLeadersRequest().setTopicPartitions(
        List.of(new TopicPartitions().setTopic("a").setPartitions(List.of(0, 5)))), ElectLeadersResponse::new);
    assertThat(response.replicaElectionResults().get(0).partitionResult()).extracting(p -> Errors.forCode(p.errorCode()))
        .containsExactly(Errors.ELECTION_NOT_NEEDED, Errors.UNKNOWN_TOPIC_OR_PARTITION);
    assertThat(ask(new ElectLeadersHandler(controller), 2, new ElectLeadersRequest().setTopicPartitions(null),
        ElectLeadersResponse::new).replicaElectionResults()).isEmpty();
  }

  @Test
  void reassignmentsAreChecked() throws Exception {
    createTopic("a", 4);
    AlterPartitionReassignmentsRequest request = new AlterPartitionReassignmentsRequest().setTopics(List.of(
        new ReassignableTopic().setName("a").setPartitions(List.of(wanted(0, List.of(1)), wanted(1, List.of(2)), wanted(2, null),
            wanted(3, List.of()), wanted(9, List.of(1))))));
    AlterPartitionReassignmentsResponse response =
        ask(new AlterPartitionReassignmentsHandler(controller), 1, request, AlterPartitionReassignmentsResponse::new);
    assertThat(response.responses().get(0).partitions()).extracting(p -> Errors.forCode(p.errorCode())).containsExactly(
        Errors.NONE, Errors.INVALID_REPLICA_ASSIGNMENT, Errors.NO_REASSIGNMENT_IN_PROGRESS, Errors.INVALID_REPLICA_ASSIGNMENT,
        Errors.UNKNOWN_TOPIC_OR_PARTITION);
  }

  private static ReassignablePartition wanted(int partition, List<Integer> replicas) {
    return new ReassignablePartition().setPartitionIndex(partition).setReplicas(replicas);
  }

  @Test
  void quorumIsDescribedAsTheLeaderSeesIt() throws Exception {
    DescribeQuorumRequest request = new DescribeQuorumRequest().setTopics(List.of(new DescribeQuorumRequest.TopicData()
        .setTopicName("__cluster_metadata").setPartitions(List.of(new DescribeQuorumRequest.PartitionData()))));
    for (int version = 0; version < 2; version++) {
      assertThat(ask(new DescribeQuorumHandler(new FakeQuorum()), version, request, DescribeQuorumResponse::new).topics()).hasSize(1);
    }
    DescribeQuorumResponse response = ask(new DescribeQuorumHandler(new FakeQuorum()), 2, request, DescribeQuorumResponse::new);
    assertThat(response.topics().get(0).partitions()).singleElement().satisfies(p -> {
      assertThat(p.leaderId()).isEqualTo(1);
      assertThat(p.leaderEpoch()).isEqualTo(3);
      assertThat(p.highWatermark()).isEqualTo(8);
      assertThat(p.currentVoters()).extracting(v -> v.replicaId(), v -> v.logEndOffset()).containsExactly(tuple(1, 8L), tuple(2, 6L));
      assertThat(p.currentVoters().get(1).lastCaughtUpTimestamp()).isEqualTo(-1);
      assertThat(p.observers()).extracting(v -> v.replicaId(), v -> v.lastFetchTimestamp()).containsExactly(tuple(3, -1L));
    });
    assertThat(response.nodes()).extracting(n -> n.listeners().get(0).port()).containsExactly(9001, 9002, 9003);
  }

  @Test
  void votersAreAddedAndRemoved() throws Exception {
    FakeQuorum quorum = new FakeQuorum();
    AddRaftVoterHandler add = new AddRaftVoterHandler(controller, quorum);
    AddRaftVoterRequest request = new AddRaftVoterRequest().setVoterId(3)
        .setListeners(List.of(new AddRaftVoterRequest.Listener().setName("CONTROLLER").setHost("c").setPort(9003)));
    assertThat(ask(add, 0, request, AddRaftVoterResponse::new).errorCode()).isEqualTo(Errors.NONE.code());
    assertThat(quorum.added).containsExactly(new QuorumNode(3, "c", 9003));
    assertThat(ask(add, 0, request.setVoterId(1), AddRaftVoterResponse::new).errorCode()).isEqualTo(Errors.DUPLICATE_VOTER.code());
    assertThat(ask(add, 0, request.setClusterId("other"), AddRaftVoterResponse::new).errorCode())
        .isEqualTo(Errors.INCONSISTENT_CLUSTER_ID.code());
    RemoveRaftVoterHandler remove = new RemoveRaftVoterHandler(controller, quorum);
    assertThat(ask(remove, 0, new RemoveRaftVoterRequest().setVoterId(3), RemoveRaftVoterResponse::new).errorCode())
        .isEqualTo(Errors.VOTER_NOT_FOUND.code());
    assertThat(ask(remove, 0, new RemoveRaftVoterRequest().setVoterId(2), RemoveRaftVoterResponse::new).errorCode())
        .isEqualTo(Errors.NONE.code());
    assertThat(quorum.removed).containsExactly(2);
  }

  @Test
  void featuresAreCheckedAsAWhole() throws Exception {
    assertThat(features(1, "metadata.version", 33)).isEqualTo(Errors.NONE);
    assertThat(features(1, "metadata.version", 34)).isEqualTo(Errors.INVALID_UPDATE_VERSION);
    assertThat(features(1, "metadata.version", 20)).isEqualTo(Errors.INVALID_UPDATE_VERSION);
    assertThat(features(1, "metadata.version", 0)).isEqualTo(Errors.INVALID_UPDATE_VERSION);
    assertThat(features(1, "no.such", 1)).isEqualTo(Errors.INVALID_UPDATE_VERSION);
    assertThat(features(2, "no.such", 1)).isEqualTo(Errors.INVALID_UPDATE_VERSION);
    assertThat(controller.image().features()).containsEntry("metadata.version", (short) 33).containsEntry("transaction.version", (short) 2);
  }

  /** Kafka's kafka-features upgrades and downgrades it. */
  @Test
  void theProtocolOfTransactionsMayBeLoweredAndRaised() throws Exception {
    assertThat(features(1, "transaction.version", 3)).isEqualTo(Errors.INVALID_UPDATE_VERSION);
    assertThat(features(1, "transaction.version", 0)).as("without saying that it is a downgrade").isEqualTo(Errors.INVALID_UPDATE_VERSION);
    UpdateFeaturesRequest downgrade = new UpdateFeaturesRequest().setFeatureUpdates(
        List.of(new FeatureUpdateKey().setFeature("transaction.version").setMaxVersionLevel((short) 0).setUpgradeType((byte) 2)));
    assertThat(ask(new UpdateFeaturesHandler(controller), 1, downgrade, UpdateFeaturesResponse::new).errorCode()).isZero();
    assertThat(controller.image().features()).doesNotContainKey("transaction.version");
    assertThat(features(1, "transaction.version", 2)).isEqualTo(Errors.NONE);
    assertThat(controller.image().features()).containsEntry("transaction.version", (short) 2);
  }

  @Test
  void theProtocolsOfGroupsAreAFeature() throws Exception {
    assertThat(controller.image().features()).containsEntry("group.version", (short) 1);
    assertThat(features(1, "group.version", 2)).isEqualTo(Errors.INVALID_UPDATE_VERSION);
    UpdateFeaturesRequest downgrade = new UpdateFeaturesRequest().setFeatureUpdates(
        List.of(new FeatureUpdateKey().setFeature("group.version").setMaxVersionLevel((short) 0).setUpgradeType((byte) 2)));
    assertThat(ask(new UpdateFeaturesHandler(controller), 1, downgrade, UpdateFeaturesResponse::new).errorCode()).isZero();
    assertThat(controller.image().features()).doesNotContainKey("group.version");
    assertThat(features(1, "group.version", 1)).isEqualTo(Errors.NONE);
  }

  private Errors features(int version, String name, int level) throws Exception {
    UpdateFeaturesRequest request = new UpdateFeaturesRequest().setFeatureUpdates(
        List.of(new FeatureUpdateKey().setFeature(name).setMaxVersionLevel((short) level)));
    UpdateFeaturesResponse response = ask(new UpdateFeaturesHandler(controller), version, request, UpdateFeaturesResponse::new);
    return Errors.forCode(version < 2 ? response.results().get(0).errorCode() : response.errorCode());
  }

  @Test
  void brokersAreUnregistered() throws Exception {
    UnregisterBrokerHandler handler = new UnregisterBrokerHandler(controller);
    assertThat(ask(handler, 0, new UnregisterBrokerRequest().setBrokerId(9), UnregisterBrokerResponse::new).errorCode())
        .isEqualTo(Errors.BROKER_ID_NOT_REGISTERED.code());
    assertThat(ask(handler, 0, new UnregisterBrokerRequest().setBrokerId(1), UnregisterBrokerResponse::new).errorCode())
        .isEqualTo(Errors.INVALID_REQUEST.code());
  }

  @Test
  void withoutAnAuthorizerThereAreNoAcls() throws Exception {
    assertThat(ask(new DescribeAclsHandler(controller), 3, new DescribeAclsRequest(), DescribeAclsResponse::new)
        .errorCode()).isEqualTo(Errors.SECURITY_DISABLED.code());
    CreateAclsRequest create = new CreateAclsRequest().setCreations(List.of(new CreateAclsRequest.AclCreation()
        .setResourceName("a").setPrincipal("User:a").setHost("*")));
    assertThat(ask(new CreateAclsHandler(controller), 3, create, CreateAclsResponse::new).results()).singleElement()
        .satisfies(r -> assertThat(r.errorCode()).isEqualTo(Errors.SECURITY_DISABLED.code()));
    DescribeUserScramCredentialsRequest users = new DescribeUserScramCredentialsRequest().setUsers(
        List.of(new DescribeUserScramCredentialsRequest.UserName().setName("u")));
    assertThat(ask(new DescribeUserScramCredentialsHandler(controller), 0, users, DescribeUserScramCredentialsResponse::new).results()
        .get(0).errorCode()).isEqualTo(Errors.RESOURCE_NOT_FOUND.code());
  }
}
