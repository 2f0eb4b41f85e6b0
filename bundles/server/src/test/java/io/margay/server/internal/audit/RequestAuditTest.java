package io.margay.server.internal.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.AlterShareGroupOffsetsRequest;
import io.margay.protocol.message.AlterShareGroupOffsetsResponse;
import io.margay.protocol.message.AlterUserScramCredentialsRequest;
import io.margay.protocol.message.AlterUserScramCredentialsResponse;
import io.margay.protocol.message.CreateDelegationTokenRequest;
import io.margay.protocol.message.CreateDelegationTokenResponse;
import io.margay.protocol.message.CreateTopicsRequest;
import io.margay.protocol.message.CreateTopicsResponse;
import io.margay.protocol.message.IncrementalAlterConfigsRequest;
import io.margay.protocol.message.IncrementalAlterConfigsRequest.AlterableConfig;
import io.margay.protocol.message.IncrementalAlterConfigsResponse;
import io.margay.protocol.message.ListGroupsRequest;
import io.margay.protocol.message.ListGroupsResponse;
import io.margay.protocol.message.MetadataRequest;
import io.margay.protocol.message.MetadataResponse;
import io.margay.protocol.message.OffsetCommitRequest;
import io.margay.protocol.message.OffsetCommitResponse;
import io.margay.spi.audit.AuditEvent;
import io.margay.spi.audit.AuditQueue;
import io.margay.spi.config.FakeSettings;
import io.margay.spi.handler.FakeRequest;
import io.margay.spi.handler.Principal;
import io.margay.spi.security.SaslSettings;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;

class RequestAuditTest {
  /** What changes nothing that lasts, is said by brokers among themselves, or is the everyday business of producers and consumers. */
  private static final Set<String> ORDINARY = Set.of("PRODUCE", "FETCH", "LIST_OFFSETS", "METADATA", "OFFSET_FETCH", "FIND_COORDINATOR", "JOIN_GROUP",
      "HEARTBEAT", "LEAVE_GROUP", "SYNC_GROUP", "DESCRIBE_GROUPS", "LIST_GROUPS", "SASL_HANDSHAKE", "API_VERSIONS", "INIT_PRODUCER_ID",
      "OFFSET_FOR_LEADER_EPOCH", "ADD_PARTITIONS_TO_TXN", "ADD_OFFSETS_TO_TXN", "END_TXN", "WRITE_TXN_MARKERS", "TXN_OFFSET_COMMIT", "DESCRIBE_ACLS",
      "DESCRIBE_CONFIGS", "DESCRIBE_LOG_DIRS", "SASL_AUTHENTICATE", "DESCRIBE_DELEGATION_TOKEN", "LIST_PARTITION_REASSIGNMENTS",
      "DESCRIBE_CLIENT_QUOTAS", "DESCRIBE_USER_SCRAM_CREDENTIALS", "DESCRIBE_QUORUM", "DESCRIBE_CLUSTER", "DESCRIBE_PRODUCERS",
      "DESCRIBE_TRANSACTIONS", "LIST_TRANSACTIONS", "CONSUMER_GROUP_HEARTBEAT", "CONSUMER_GROUP_DESCRIBE", "GET_TELEMETRY_SUBSCRIPTIONS",
      "PUSH_TELEMETRY", "LIST_CONFIG_RESOURCES", "DESCRIBE_TOPIC_PARTITIONS", "SHARE_GROUP_HEARTBEAT", "SHARE_GROUP_DESCRIBE", "SHARE_FETCH",
      "SHARE_ACKNOWLEDGE", "INITIALIZE_SHARE_GROUP_STATE", "READ_SHARE_GROUP_STATE", "WRITE_SHARE_GROUP_STATE", "DELETE_SHARE_GROUP_STATE",
      "READ_SHARE_GROUP_STATE_SUMMARY", "DESCRIBE_SHARE_GROUP_OFFSETS", "STREAMS_GROUP_HEARTBEAT", "STREAMS_GROUP_DESCRIBE",
      "STREAMS_GROUP_TOPOLOGY_DESCRIPTION_UPDATE", "VOTE", "BEGIN_QUORUM_EPOCH", "END_QUORUM_EPOCH", "ALTER_PARTITION", "ENVELOPE", "FETCH_SNAPSHOT",
      "BROKER_REGISTRATION", "BROKER_HEARTBEAT", "ALLOCATE_PRODUCER_IDS", "CONTROLLER_REGISTRATION", "ASSIGN_REPLICAS_TO_DIRS", "UPDATE_RAFT_VOTER",
      "UNREGISTER_CONTROLLER", "LEADER_AND_ISR", "STOP_REPLICA", "UPDATE_METADATA", "CONTROLLED_SHUTDOWN");

  private final AuditQueue queue = new AuditQueue("test", Clock.SYSTEM, () -> 1 << 20, () -> 10_000);
  private final FakeSettings settings = new FakeSettings();
  private final RequestAudit audit = new RequestAudit(queue, settings::definition, new LineLimit(Clock.SYSTEM));

  private List<AuditEvent> events() {
    List<AuditEvent> all = new ArrayList<>();
    queue.drain(Integer.MAX_VALUE, all::add);
    return all;
  }

  private FakeRequest request(io.margay.protocol.Api api, Message message) {
    return new FakeRequest(api, message, api.highest()).principal(new Principal("User", "alice"));
  }

  @Test
  void eachApiIsRecordedOrKnownToBeOrdinary() {
    Set<String> undecided = new TreeSet<>();
    for (ApiKeys key : ApiKeys.values()) {
      if (audit.changes(key.id) == ORDINARY.contains(key.name())) {
        undecided.add(key.name());
      }
    }
    assertThat(undecided).as("decide in AuditedApis or here").isEmpty();
  }

  @Test
  void aCreatedTopicIsRecordedWithItsOutcome() {
    CreateTopicsRequest body = new CreateTopicsRequest();
    body.topics().add(new CreateTopicsRequest.CreatableTopic().setName("orders").setNumPartitions(3).setReplicationFactor((short) 2));
    body.topics().add(new CreateTopicsRequest.CreatableTopic().setName("old").setNumPartitions(1));
    CreateTopicsResponse answer = new CreateTopicsResponse();
    answer.topics().add(new CreateTopicsResponse.CreatableTopicResult().setName("orders"));
    answer.topics().add(new CreateTopicsResponse.CreatableTopicResult().setName("old").setErrorCode(Errors.TOPIC_ALREADY_EXISTS.code()));
    audit.answered(request(CreateTopicsRequest.API, body), body, answer, null);
    List<AuditEvent> all = events();
    assertThat(all).extracting(e -> e.resource().name() + " " + e.outcome()).containsExactly("orders ok", "old TOPIC_ALREADY_EXISTS");
    assertThat(all.get(0).details()).containsEntry("partitions", "3").containsEntry("replicas", "2");
    assertThat(all.get(0).actor().principal()).isEqualTo("User:alice");
  }

  @Test
  void noSecretGetsIntoAnEvent() {
    settings.define(new SaslSettings().catalogue().settings());
    AlterUserScramCredentialsRequest user = new AlterUserScramCredentialsRequest();
    user.upsertions().add(new AlterUserScramCredentialsRequest.ScramCredentialUpsertion().setName("bob").setMechanism((byte) 2).setIterations(4096)
        .setSalt("saltsalt".getBytes()).setSaltedPassword("hunter2".getBytes()));
    AlterUserScramCredentialsResponse changed = new AlterUserScramCredentialsResponse();
    changed.results().add(new AlterUserScramCredentialsResponse.AlterUserScramCredentialsResult().setUser("bob"));
    audit.answered(request(AlterUserScramCredentialsRequest.API, user), user, changed, null);
    IncrementalAlterConfigsRequest configs = new IncrementalAlterConfigsRequest();
    IncrementalAlterConfigsRequest.AlterConfigsResource broker =
        new IncrementalAlterConfigsRequest.AlterConfigsResource().setResourceType((byte) 4).setResourceName("1");
    for (String name : List.of("sasl.jaas.config", "listener.name.secure.plain.sasl.jaas.config", "ssl.keystore.password", "margay.mirror.link.west",
        "unknown.setting")) {
      broker.configs().add(new AlterableConfig().setName(name).setValue("hunter2"));
    }
    broker.configs().add(new AlterableConfig().setName(SaslSettings.SASL_SERVER_MAX_RECEIVE_SIZE.name()).setValue("4711"));
    configs.resources().add(broker);
    IncrementalAlterConfigsResponse altered = new IncrementalAlterConfigsResponse();
    altered.responses().add(new IncrementalAlterConfigsResponse.AlterConfigsResourceResponse().setResourceType((byte) 4).setResourceName("1"));
    audit.answered(request(IncrementalAlterConfigsRequest.API, configs), configs, altered, null);
    List<AuditEvent> all = events();
    assertThat(all).hasSize(2);
    assertThat(all.toString()).doesNotContain("hunter2").doesNotContain("saltsalt").contains("sasl.jaas.config=(hidden)").contains("4711");
  }

  @Test
  void onlyWhatTheAnswerRefusesIsDenied() {
    RequestAudit.Denials denials = new RequestAudit.Denials();
    denials.add(AclOperation.CREATE, ResourceType.CLUSTER, "kafka-cluster");
    denials.add(AclOperation.DESCRIBE, ResourceType.TOPIC, "secret");
    MetadataResponse answer = new MetadataResponse();
    answer.topics().add(new MetadataResponse.MetadataResponseTopic().setName("secret").setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code()));
    audit.answered(request(MetadataRequest.API, new MetadataRequest()), null, answer, denials);
    assertThat(events()).singleElement().satisfies(e -> {
      assertThat(e.resource()).isEqualTo(new AuditEvent.Resource("topic", "secret"));
      assertThat(e.details()).containsEntry("operation", "describe");
    });
    RequestAudit.Denials hidden = new RequestAudit.Denials();
    hidden.add(AclOperation.DESCRIBE, ResourceType.GROUP, "billing");
    audit.answered(request(ListGroupsRequest.API, new ListGroupsRequest()), null, new ListGroupsResponse(), hidden);
    assertThat(events()).isEmpty();
  }

  @Test
  void commitsOfMembersAreOrdinaryAndThoseFromOutsideAreCounted() {
    OffsetCommitResponse answer = new OffsetCommitResponse();
    answer.topics().add(new OffsetCommitResponse.OffsetCommitResponseTopic().setName("orders").setPartitions(
        List.of(new OffsetCommitResponse.OffsetCommitResponsePartition())));
    OffsetCommitRequest member = new OffsetCommitRequest().setGroupId("g").setGenerationIdOrMemberEpoch(3).setMemberId("m");
    audit.answered(request(OffsetCommitRequest.API, member), member, answer, null);
    assertThat(events()).isEmpty();
    OffsetCommitRequest outside = new OffsetCommitRequest().setGroupId("g").setGenerationIdOrMemberEpoch(-1).setMemberId("");
    for (int i = 0; i < 50; i++) {
      audit.answered(request(OffsetCommitRequest.API, outside), outside, answer, null);
    }
    assertThat(events()).singleElement().extracting(e -> e.resource().name()).isEqualTo("g");
  }

  @Test
  void aCommitOfAMemberIsNotLookedAt() {
    AtomicInteger asked = new AtomicInteger();
    Clock clock = new Clock() {
      @Override
      public long millis() {
        return asked.incrementAndGet();
      }

      @Override
      public long nanos() {
        return asked.incrementAndGet();
      }
    };
    RequestAudit counted = new RequestAudit(new AuditQueue("test", clock, () -> 1 << 20, () -> 10_000), settings::definition, new LineLimit(clock));
    OffsetCommitRequest member = new OffsetCommitRequest().setGroupId("g").setGenerationIdOrMemberEpoch(3).setMemberId("m");
    counted.answered(request(OffsetCommitRequest.API, member), member, new OffsetCommitResponse(), null);
    assertThat(asked).as("no event was begun").hasValue(0);
  }

  @Test
  void aTokenForSomeoneElseIsDenied() {
    RequestAudit.Denials denials = new RequestAudit.Denials();
    denials.add(AclOperation.CREATE_TOKENS, ResourceType.USER, "User:bob");
    CreateDelegationTokenRequest body = new CreateDelegationTokenRequest().setOwnerPrincipalType("User").setOwnerPrincipalName("bob");
    CreateDelegationTokenResponse answer = new CreateDelegationTokenResponse().setErrorCode(Errors.DELEGATION_TOKEN_AUTHORIZATION_FAILED.code());
    audit.answered(request(CreateDelegationTokenRequest.API, body), body, answer, denials);
    assertThat(events()).singleElement().satisfies(e -> {
      assertThat(e.kind()).isEqualTo(AuditEvent.Kind.DENIED);
      assertThat(e.resource()).isEqualTo(new AuditEvent.Resource("user", "User:bob"));
      assertThat(e.outcome()).isEqualTo("DELEGATION_TOKEN_AUTHORIZATION_FAILED");
    });
  }

  @Test
  void offsetsOfShareGroupsAreRecordedInOnePass() {
    int count = 2_000;
    AtomicInteger looked = new AtomicInteger();
    AlterShareGroupOffsetsRequest body = new AlterShareGroupOffsetsRequest().setGroupId("g");
    AlterShareGroupOffsetsRequest.AlterShareGroupOffsetsRequestTopic asked =
        new AlterShareGroupOffsetsRequest.AlterShareGroupOffsetsRequestTopic().setTopicName("orders").setPartitions(new AbstractList<>() {
          @Override
          public AlterShareGroupOffsetsRequest.AlterShareGroupOffsetsRequestPartition get(int index) {
            looked.incrementAndGet();
            return new AlterShareGroupOffsetsRequest.AlterShareGroupOffsetsRequestPartition().setPartitionIndex(index).setStartOffset(index * 10L);
          }

          @Override
          public int size() {
            return count;
          }
        });
    body.topics().add(asked);
    AlterShareGroupOffsetsResponse answer = new AlterShareGroupOffsetsResponse();
    AlterShareGroupOffsetsResponse.AlterShareGroupOffsetsResponseTopic done =
        new AlterShareGroupOffsetsResponse.AlterShareGroupOffsetsResponseTopic().setTopicName("orders");
    for (int i = 0; i < count; i++) {
      done.partitions().add(new AlterShareGroupOffsetsResponse.AlterShareGroupOffsetsResponsePartition().setPartitionIndex(i));
    }
    answer.responses().add(done);
    FakeRequest request = new FakeRequest(AlterShareGroupOffsetsRequest.API, new AlterShareGroupOffsetsRequest(), 0);
    audit.answered(request, body, answer, null);
    List<AuditEvent> all = events();
    assertThat(all).hasSize(Changes.MAX + 1);
    assertThat(all.get(7).details()).containsEntry("partition", "orders:7").containsEntry("offset", "70");
    assertThat(looked).hasValueLessThanOrEqualTo(2 * count);
  }

  @Test
  void aHugeRequestIsAFewEvents() {
    CreateTopicsRequest body = new CreateTopicsRequest();
    CreateTopicsResponse answer = new CreateTopicsResponse();
    for (int i = 0; i < 5000; i++) {
      answer.topics().add(new CreateTopicsResponse.CreatableTopicResult().setName("t" + i));
    }
    audit.answered(request(CreateTopicsRequest.API, body), body, answer, null);
    List<AuditEvent> all = events();
    assertThat(all).hasSize(Changes.MAX + 1);
    assertThat(all.stream().mapToLong(AuditEvent::count).sum()).isEqualTo(5000);
  }
}
