package io.margay.itests.acl;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** What a client asks in each round: about t1, t2, g1, x1, which exist, and others, which do not. */
final class Questions {
  private static final List<String> TOPICS = List.of("t1", "t2", "absent");
  private static final List<String> GROUPS = List.of("g1", "g9");

  private final List<Question> all = new ArrayList<>();

  private void add(String name, ApiKeys api, int version, ApiMessage body) {
    all.add(new Question(name, api, version, body));
  }

  /** What makes t1, t2, g1 and x1. */
  static List<Question> preparations() {
    Questions q = new Questions();
    CreateTopicsRequestData.CreatableTopicCollection topics = new CreateTopicsRequestData.CreatableTopicCollection();
    for (String name : List.of("t1", "t2")) {
      topics.add(new CreateTopicsRequestData.CreatableTopic().setName(name).setNumPartitions(1).setReplicationFactor((short) 1));
    }
    q.add("topics", ApiKeys.CREATE_TOPICS, 7, new CreateTopicsRequestData().setTopics(topics).setTimeoutMs(30_000));
    q.add("group", ApiKeys.FIND_COORDINATOR, 3, new FindCoordinatorRequestData().setKey("g1"));
    q.add("id", ApiKeys.FIND_COORDINATOR, 3, new FindCoordinatorRequestData().setKey("x1").setKeyType((byte) 1));
    q.add("offsets", ApiKeys.OFFSET_COMMIT, 8, commit("g1"));
    q.add("transactional id", ApiKeys.INIT_PRODUCER_ID, 4, init("x1"));
    return q.all;
  }

  /** What makes the topic that a round may delete. */
  static Question deletable() {
    CreateTopicsRequestData.CreatableTopicCollection topics = new CreateTopicsRequestData.CreatableTopicCollection();
    topics.add(new CreateTopicsRequestData.CreatableTopic().setName("del").setNumPartitions(1).setReplicationFactor((short) 1));
    return new Question("del", ApiKeys.CREATE_TOPICS, 7, new CreateTopicsRequestData().setTopics(topics).setTimeoutMs(30_000));
  }

  /** The questions of a round. */
  static List<Question> all() {
    Questions q = new Questions();
    q.topics();
    q.records();
    q.groups();
    q.offsets();
    q.transactions();
    q.cluster();
    q.configs();
    q.deletions();
    return q.all;
  }

  private void topics() {
    for (int version : new int[] {4, 9, 12}) {
      add("metadata of all", ApiKeys.METADATA, version, new MetadataRequestData().setTopics(null).setAllowAutoTopicCreation(false)
          .setIncludeTopicAuthorizedOperations(version >= 8));
      add("metadata of some", ApiKeys.METADATA, version, new MetadataRequestData().setAllowAutoTopicCreation(false)
          .setTopics(TOPICS.stream().map(t -> new MetadataRequestData.MetadataRequestTopic().setName(t)).toList())
          .setIncludeTopicAuthorizedOperations(version >= 8).setIncludeClusterAuthorizedOperations(version == 9));
    }
    add("metadata by unknown id", ApiKeys.METADATA, 12, new MetadataRequestData().setAllowAutoTopicCreation(false).setTopics(List.of(
        new MetadataRequestData.MetadataRequestTopic().setName(null).setTopicId(new Uuid(7, 7)))));
    add("topic partitions", ApiKeys.DESCRIBE_TOPIC_PARTITIONS, 0, new DescribeTopicPartitionsRequestData().setResponsePartitionLimit(2000)
        .setTopics(TOPICS.stream().map(t -> new DescribeTopicPartitionsRequestData.TopicRequest().setName(t)).toList()));
    add("all topic partitions", ApiKeys.DESCRIBE_TOPIC_PARTITIONS, 0, new DescribeTopicPartitionsRequestData()
        .setResponsePartitionLimit(2000));
    CreateTopicsRequestData.CreatableTopicCollection topics = new CreateTopicsRequestData.CreatableTopicCollection();
    for (String name : List.of("t1", "new-1", "fresh")) {
      topics.add(new CreateTopicsRequestData.CreatableTopic().setName(name).setNumPartitions(1).setReplicationFactor((short) 1));
    }
    for (int version : new int[] {4, 7}) {
      add("create topics", ApiKeys.CREATE_TOPICS, version, new CreateTopicsRequestData().setTopics(topics.duplicate()).setValidateOnly(true)
          .setTimeoutMs(30_000));
    }
    CreatePartitionsRequestData.CreatePartitionsTopicCollection more =
        new CreatePartitionsRequestData.CreatePartitionsTopicCollection();
    TOPICS.forEach(t -> more.add(new CreatePartitionsRequestData.CreatePartitionsTopic().setName(t).setCount(2).setAssignments(null)));
    add("create partitions", ApiKeys.CREATE_PARTITIONS, 3, new CreatePartitionsRequestData().setTopics(more).setValidateOnly(true)
        .setTimeoutMs(30_000));
  }

  private void records() {
    ProduceRequestData.TopicProduceDataCollection produced = new ProduceRequestData.TopicProduceDataCollection();
    TOPICS.forEach(t -> produced.add(new ProduceRequestData.TopicProduceData().setName(t).setPartitionData(List.of(
        new ProduceRequestData.PartitionProduceData().setIndex(0).setRecords(MemoryRecords.withRecords(Compression.NONE,
            new SimpleRecord("v".getBytes())))))));
    add("produce", ApiKeys.PRODUCE, 9, new ProduceRequestData().setAcks((short) 1).setTimeoutMs(30_000).setTopicData(produced));
    add("fetch", ApiKeys.FETCH, 12, new FetchRequestData().setMaxWaitMs(0).setMinBytes(0).setSessionEpoch(-1).setTopics(TOPICS.stream()
        .map(t -> new FetchRequestData.FetchTopic().setTopic(t).setPartitions(List.of(new FetchRequestData.FetchPartition().setPartition(0)
            .setPartitionMaxBytes(1000)))).toList()));
    add("fetch as a broker", ApiKeys.FETCH, 12, new FetchRequestData().setReplicaId(7).setMaxWaitMs(0).setMinBytes(0).setSessionEpoch(-1)
        .setTopics(List.of(new FetchRequestData.FetchTopic().setTopic("absent").setPartitions(List.of(
            new FetchRequestData.FetchPartition().setPartition(0).setPartitionMaxBytes(1000))))));
    add("list offsets", ApiKeys.LIST_OFFSETS, 7, new ListOffsetsRequestData().setReplicaId(-1).setTopics(TOPICS.stream()
        .map(t -> new ListOffsetsRequestData.ListOffsetsTopic().setName(t).setPartitions(List.of(
            new ListOffsetsRequestData.ListOffsetsPartition().setPartitionIndex(0).setTimestamp(-2)))).toList()));
    OffsetForLeaderEpochRequestData.OffsetForLeaderTopicCollection epochs =
        new OffsetForLeaderEpochRequestData.OffsetForLeaderTopicCollection();
    TOPICS.forEach(t -> epochs.add(new OffsetForLeaderEpochRequestData.OffsetForLeaderTopic().setTopic(t).setPartitions(List.of(
        new OffsetForLeaderEpochRequestData.OffsetForLeaderPartition().setPartition(0).setLeaderEpoch(0)))));
    add("epochs", ApiKeys.OFFSET_FOR_LEADER_EPOCH, 4, new OffsetForLeaderEpochRequestData().setReplicaId(-1).setTopics(epochs));
    DescribeProducersRequestData.TopicRequestCollection producers = new DescribeProducersRequestData.TopicRequestCollection();
    TOPICS.forEach(t -> producers.add(new DescribeProducersRequestData.TopicRequest().setName(t).setPartitionIndexes(List.of(0))));
    add("producers", ApiKeys.DESCRIBE_PRODUCERS, 0, new DescribeProducersRequestData().setTopics(producers));
    add("delete records", ApiKeys.DELETE_RECORDS, 2, new DeleteRecordsRequestData().setTimeoutMs(30_000).setTopics(TOPICS.stream()
        .map(t -> new DeleteRecordsRequestData.DeleteRecordsTopic().setName(t).setPartitions(List.of(
            new DeleteRecordsRequestData.DeleteRecordsPartition().setPartitionIndex(0).setOffset(0)))).toList()));
  }

  private void groups() {
    for (String group : GROUPS) {
      add("heartbeat of " + group, ApiKeys.HEARTBEAT, 4, new HeartbeatRequestData().setGroupId(group).setMemberId("m").setGenerationId(1));
      add("sync of " + group, ApiKeys.SYNC_GROUP, 4, new SyncGroupRequestData().setGroupId(group).setMemberId("m").setGenerationId(1));
      add("leaving " + group, ApiKeys.LEAVE_GROUP, 4, new LeaveGroupRequestData().setGroupId(group).setMembers(List.of(
          new LeaveGroupRequestData.MemberIdentity().setMemberId("m"))));
      JoinGroupRequestData.JoinGroupRequestProtocolCollection protocols = new JoinGroupRequestData.JoinGroupRequestProtocolCollection();
      protocols.add(new JoinGroupRequestData.JoinGroupRequestProtocol().setName("range").setMetadata(new byte[4]));
      add("joining " + group, ApiKeys.JOIN_GROUP, 7, new JoinGroupRequestData().setGroupId(group).setMemberId("m")
          .setSessionTimeoutMs(10_000).setRebalanceTimeoutMs(10_000).setProtocolType("consumer").setProtocols(protocols));
      add("consumer heartbeat of " + group, ApiKeys.CONSUMER_GROUP_HEARTBEAT, 0, new ConsumerGroupHeartbeatRequestData().setGroupId(group)
          .setMemberId("m").setMemberEpoch(5).setSubscribedTopicNames(List.of("t1")).setRebalanceTimeoutMs(1000)
          .setTopicPartitions(List.of()));
      add("coordinator of " + group, ApiKeys.FIND_COORDINATOR, 3, new FindCoordinatorRequestData().setKey(group));
    }
    add("coordinators", ApiKeys.FIND_COORDINATOR, 4, new FindCoordinatorRequestData().setCoordinatorKeys(GROUPS));
    add("transaction coordinators", ApiKeys.FIND_COORDINATOR, 4, new FindCoordinatorRequestData().setKeyType((byte) 1)
        .setCoordinatorKeys(List.of("x1", "x9")));
    add("list groups", ApiKeys.LIST_GROUPS, 4, new ListGroupsRequestData());
    add("describe groups", ApiKeys.DESCRIBE_GROUPS, 5, new DescribeGroupsRequestData().setGroups(GROUPS)
        .setIncludeAuthorizedOperations(true));
    add("describe consumer groups", ApiKeys.CONSUMER_GROUP_DESCRIBE, 0, new ConsumerGroupDescribeRequestData().setGroupIds(GROUPS)
        .setIncludeAuthorizedOperations(true));
    add("delete groups", ApiKeys.DELETE_GROUPS, 2, new DeleteGroupsRequestData().setGroupsNames(List.of("g9", "x")));
  }

  private static OffsetCommitRequestData commit(String group) {
    return new OffsetCommitRequestData().setGroupId(group).setGenerationIdOrMemberEpoch(-1).setMemberId("").setTopics(List.of("t1").stream()
        .map(t -> new OffsetCommitRequestData.OffsetCommitRequestTopic().setName(t).setPartitions(List.of(
            new OffsetCommitRequestData.OffsetCommitRequestPartition().setPartitionIndex(0).setCommittedOffset(0)))).toList());
  }

  private void offsets() {
    add("commit", ApiKeys.OFFSET_COMMIT, 8, commit("g1").setTopics(TOPICS.stream()
        .map(t -> new OffsetCommitRequestData.OffsetCommitRequestTopic().setName(t).setPartitions(List.of(
            new OffsetCommitRequestData.OffsetCommitRequestPartition().setPartitionIndex(0).setCommittedOffset(0)))).toList()));
    for (int version : new int[] {1, 5, 7}) {
      add("offsets", ApiKeys.OFFSET_FETCH, version, new OffsetFetchRequestData().setGroupId("g1").setTopics(TOPICS.stream()
          .map(t -> new OffsetFetchRequestData.OffsetFetchRequestTopic().setName(t).setPartitionIndexes(List.of(0))).toList()));
    }
    add("offsets of all topics", ApiKeys.OFFSET_FETCH, 7, new OffsetFetchRequestData().setGroupId("g1").setTopics(null));
    add("offsets of groups", ApiKeys.OFFSET_FETCH, 8, new OffsetFetchRequestData().setGroups(GROUPS.stream()
        .map(g -> new OffsetFetchRequestData.OffsetFetchRequestGroup().setGroupId(g).setTopics(TOPICS.stream().map(t ->
            new OffsetFetchRequestData.OffsetFetchRequestTopics().setName(t).setPartitionIndexes(List.of(0))).toList())).toList()));
    OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection deleted = new OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection();
    List.of("t2", "absent").forEach(t -> deleted.add(new OffsetDeleteRequestData.OffsetDeleteRequestTopic().setName(t)
        .setPartitions(List.of(new OffsetDeleteRequestData.OffsetDeleteRequestPartition().setPartitionIndex(0)))));
    add("delete offsets", ApiKeys.OFFSET_DELETE, 0, new OffsetDeleteRequestData().setGroupId("g1").setTopics(deleted));
  }

  private static InitProducerIdRequestData init(String id) {
    return new InitProducerIdRequestData().setTransactionalId(id).setTransactionTimeoutMs(10_000);
  }

  private void transactions() {
    add("idempotent producer", ApiKeys.INIT_PRODUCER_ID, 4, init(null));
    add("transactional producer", ApiKeys.INIT_PRODUCER_ID, 4, init("x1"));
    AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection topics =
        new AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection();
    List.of("t1", "t2").forEach(t -> topics.add(new AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic().setName(t)
        .setPartitions(List.of(0))));
    add("add partitions", ApiKeys.ADD_PARTITIONS_TO_TXN, 3, new AddPartitionsToTxnRequestData().setV3AndBelowTransactionalId("x1")
        .setV3AndBelowProducerId(99).setV3AndBelowTopics(topics));
    AddPartitionsToTxnRequestData.AddPartitionsToTxnTransactionCollection transactions =
        new AddPartitionsToTxnRequestData.AddPartitionsToTxnTransactionCollection();
    transactions.add(new AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction().setTransactionalId("x1").setProducerId(99)
        .setVerifyOnly(true).setTopics(topics.duplicate()));
    add("add partitions as a broker", ApiKeys.ADD_PARTITIONS_TO_TXN, 4, new AddPartitionsToTxnRequestData().setTransactions(transactions));
    add("add offsets", ApiKeys.ADD_OFFSETS_TO_TXN, 3, new AddOffsetsToTxnRequestData().setTransactionalId("x1").setProducerId(99)
        .setGroupId("g1"));
    add("end", ApiKeys.END_TXN, 3, new EndTxnRequestData().setTransactionalId("x1").setProducerId(99));
    add("commit in a transaction", ApiKeys.TXN_OFFSET_COMMIT, 3, new TxnOffsetCommitRequestData().setTransactionalId("x1").setGroupId("g1")
        .setProducerId(99).setMemberId("m").setGenerationIdOrMemberEpoch(3).setTopics(List.of("t2").stream().map(t ->
            new TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic().setName(t).setPartitions(List.of(
                new TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition().setPartitionIndex(0).setCommittedOffset(1)))).toList()));
    add("describe transactions", ApiKeys.DESCRIBE_TRANSACTIONS, 0, new DescribeTransactionsRequestData()
        .setTransactionalIds(List.of("x1", "x9")));
    add("list transactions", ApiKeys.LIST_TRANSACTIONS, 0, new ListTransactionsRequestData());
    add("markers", ApiKeys.WRITE_TXN_MARKERS, 1, new WriteTxnMarkersRequestData().setMarkers(List.of(
        new WriteTxnMarkersRequestData.WritableTxnMarker().setProducerId(99).setTopics(List.of(
            new WriteTxnMarkersRequestData.WritableTxnMarkerTopic().setName("absent").setPartitionIndexes(List.of(0)))))));
  }

  private void cluster() {
    add("cluster", ApiKeys.DESCRIBE_CLUSTER, 0, new DescribeClusterRequestData().setIncludeClusterAuthorizedOperations(true));
    add("describe acls", ApiKeys.DESCRIBE_ACLS, 3, new DescribeAclsRequestData().setResourceTypeFilter((byte) 2)
        .setResourceNameFilter("nobody-has-this").setPatternTypeFilter((byte) 3).setOperation((byte) 1).setPermissionType((byte) 1));
    CreateAclsRequestData.AclCreation acl = new CreateAclsRequestData.AclCreation().setResourceType((byte) 4).setResourceName("wrong")
        .setResourcePatternType((byte) 3).setPrincipal("User:z").setHost("*").setOperation((byte) 3).setPermissionType((byte) 3);
    add("create acls", ApiKeys.CREATE_ACLS, 3, new CreateAclsRequestData().setCreations(List.of(acl,
        acl.duplicate().setResourceType((byte) 2).setResourceName(""), acl.duplicate().setResourceType((byte) 2).setPrincipal("z"))));
    add("delete acls", ApiKeys.DELETE_ACLS, 3, new DeleteAclsRequestData().setFilters(List.of(new DeleteAclsRequestData.DeleteAclsFilter()
        .setResourceTypeFilter((byte) 2).setResourceNameFilter("nobody-has-this").setPatternTypeFilter((byte) 3).setOperation((byte) 1)
        .setPermissionType((byte) 1))));
    add("reassign", ApiKeys.ALTER_PARTITION_REASSIGNMENTS, 0, new AlterPartitionReassignmentsRequestData().setTimeoutMs(30_000)
        .setTopics(List.of(new AlterPartitionReassignmentsRequestData.ReassignableTopic().setName("t1").setPartitions(List.of(
            new AlterPartitionReassignmentsRequestData.ReassignablePartition().setPartitionIndex(0).setReplicas(null))))));
    add("reassignments", ApiKeys.LIST_PARTITION_REASSIGNMENTS, 0, new ListPartitionReassignmentsRequestData().setTimeoutMs(30_000)
        .setTopics(null));
    add("unregister", ApiKeys.UNREGISTER_BROKER, 0, new UnregisterBrokerRequestData().setBrokerId(999));
  }

  private void configs() {
    List<DescribeConfigsRequestData.DescribeConfigsResource> asked = new ArrayList<>();
    List.of("t1", "t2", "absent").forEach(t -> asked.add(new DescribeConfigsRequestData.DescribeConfigsResource().setResourceType((byte) 2)
        .setResourceName(t).setConfigurationKeys(List.of())));
    asked.add(new DescribeConfigsRequestData.DescribeConfigsResource().setResourceType((byte) 4).setResourceName("1")
        .setConfigurationKeys(List.of("no-such")));
    asked.add(new DescribeConfigsRequestData.DescribeConfigsResource().setResourceType((byte) 32).setResourceName("g1")
        .setConfigurationKeys(List.of("no-such")));
    asked.forEach(r -> r.setConfigurationKeys(List.of("no-such")));
    add("configs", ApiKeys.DESCRIBE_CONFIGS, 4, new DescribeConfigsRequestData().setResources(asked));
    IncrementalAlterConfigsRequestData.AlterConfigsResourceCollection altered =
        new IncrementalAlterConfigsRequestData.AlterConfigsResourceCollection();
    alter(altered, 2, "t1", "retention.ms");
    alter(altered, 2, "t2", "retention.ms");
    alter(altered, 2, "absent", "retention.ms");
    alter(altered, 4, "", "log.cleaner.threads");
    alter(altered, 32, "g1", "consumer.session.timeout.ms");
    add("alter configs", ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, new IncrementalAlterConfigsRequestData().setValidateOnly(true)
        .setResources(altered));
    add("config resources", ApiKeys.LIST_CONFIG_RESOURCES, 1, new ListConfigResourcesRequestData().setResourceTypes(List.of((byte) 32)));
  }

  private static void alter(IncrementalAlterConfigsRequestData.AlterConfigsResourceCollection all, int type, String name, String setting) {
    IncrementalAlterConfigsRequestData.AlterableConfigCollection configs = new IncrementalAlterConfigsRequestData.AlterableConfigCollection();
    configs.add(new IncrementalAlterConfigsRequestData.AlterableConfig().setName(setting).setConfigOperation((byte) 1).setValue(null));
    all.add(new IncrementalAlterConfigsRequestData.AlterConfigsResource().setResourceType((byte) type).setResourceName(name)
        .setConfigs(configs));
  }

  private void deletions() {
    add("delete absent topics", ApiKeys.DELETE_TOPICS, 5, new DeleteTopicsRequestData().setTimeoutMs(30_000)
        .setTopicNames(List.of("absent")));
    add("delete by unknown id", ApiKeys.DELETE_TOPICS, 6, new DeleteTopicsRequestData().setTimeoutMs(30_000).setTopics(List.of(
        new DeleteTopicsRequestData.DeleteTopicState().setName(null).setTopicId(new Uuid(7, 7)))));
    add("delete topics", ApiKeys.DELETE_TOPICS, 5, new DeleteTopicsRequestData().setTimeoutMs(30_000)
        .setTopicNames(List.of("del", "absent")));
  }

}
