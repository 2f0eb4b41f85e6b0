package io.margay.protocol;

/** Kafka's error codes, as they stand in responses. */
public enum Errors {
  UNKNOWN_SERVER_ERROR(-1, false, "Something went wrong on the server that has no error code of its own."),
  NONE(0, false, "No error."),
  OFFSET_OUT_OF_RANGE(1, false, "The offset lies before the start or behind the end of the log."),
  CORRUPT_MESSAGE(2, true, "The record batch is damaged: checksum, size or structure do not fit."),
  UNKNOWN_TOPIC_OR_PARTITION(3, true, "There is no such topic or partition here."),
  INVALID_FETCH_SIZE(4, false, "The fetch size makes no sense."),
  LEADER_NOT_AVAILABLE(5, true, "The partition has no leader at the moment."),
  NOT_LEADER_OR_FOLLOWER(6, true, "This broker is not the leader, or no replica, of the partition."),
  REQUEST_TIMED_OUT(7, true, "The request was not completed within its time."),
  BROKER_NOT_AVAILABLE(8, false, "The broker cannot be reached."),
  REPLICA_NOT_AVAILABLE(9, true, "The replica cannot serve the partition at the moment."),
  MESSAGE_TOO_LARGE(10, false, "The record batch is larger than the topic allows."),
  STALE_CONTROLLER_EPOCH(11, false, "The request comes from a controller that has been replaced."),
  OFFSET_METADATA_TOO_LARGE(12, false, "The metadata string of the committed offset is too long."),
  NETWORK_EXCEPTION(13, true, "The connection was lost before the response came."),
  COORDINATOR_LOAD_IN_PROGRESS(14, true, "The coordinator is still reading its state."),
  COORDINATOR_NOT_AVAILABLE(15, true, "There is no coordinator at the moment."),
  NOT_COORDINATOR(16, true, "Another broker is the coordinator."),
  INVALID_TOPIC_EXCEPTION(17, false, "The topic name or the operation on the topic is not allowed."),
  RECORD_LIST_TOO_LARGE(18, false, "The record batch does not fit in a segment."),
  NOT_ENOUGH_REPLICAS(19, true, "Nothing was written, because too few replicas are in sync."),
  NOT_ENOUGH_REPLICAS_AFTER_APPEND(20, true, "The records were written, but too few replicas are in sync."),
  INVALID_REQUIRED_ACKS(21, false, "The acks of a produce request must be -1, 0 or 1."),
  ILLEGAL_GENERATION(22, false, "The generation is not the current one of the group."),
  INCONSISTENT_GROUP_PROTOCOL(23, false, "The member shares no protocol with the group, or names none."),
  INVALID_GROUP_ID(24, false, "The group id is not allowed."),
  UNKNOWN_MEMBER_ID(25, false, "The group has no such member."),
  INVALID_SESSION_TIMEOUT(26, false, "The session timeout is outside the limits of the broker."),
  REBALANCE_IN_PROGRESS(27, false, "The group is rebalancing and the member must join again."),
  INVALID_COMMIT_OFFSET_SIZE(28, false, "The offset commit is too large to be stored."),
  TOPIC_AUTHORIZATION_FAILED(29, false, "The principal may not do this with the topic."),
  GROUP_AUTHORIZATION_FAILED(30, false, "The principal may not do this with the group."),
  CLUSTER_AUTHORIZATION_FAILED(31, false, "The principal may not do this with the cluster."),
  INVALID_TIMESTAMP(32, false, "The timestamp of a record is outside the range that the topic allows."),
  UNSUPPORTED_SASL_MECHANISM(33, false, "The SASL mechanism is not enabled here."),
  ILLEGAL_SASL_STATE(34, false, "The request does not belong in this phase of the authentication."),
  UNSUPPORTED_VERSION(35, false, "This version of the request is not served."),
  TOPIC_ALREADY_EXISTS(36, false, "There is a topic of this name already."),
  INVALID_PARTITIONS(37, false, "The number of partitions is not allowed."),
  INVALID_REPLICATION_FACTOR(38, false, "The replication factor is below 1 or above the number of brokers."),
  INVALID_REPLICA_ASSIGNMENT(39, false, "The replica assignment does not fit the topic or the brokers."),
  INVALID_CONFIG(40, false, "A setting is unknown or its value is not allowed."),
  NOT_CONTROLLER(41, true, "Another node is the controller."),
  INVALID_REQUEST(42, false, "The contents of the request contradict each other or the protocol."),
  UNSUPPORTED_FOR_MESSAGE_FORMAT(43, false, "The record format of the topic does not allow this."),
  POLICY_VIOLATION(44, false, "A policy of the cluster forbids this."),
  OUT_OF_ORDER_SEQUENCE_NUMBER(45, false, "The sequence number does not follow the last one of the producer."),
  DUPLICATE_SEQUENCE_NUMBER(46, false, "The sequence number was used before."),
  INVALID_PRODUCER_EPOCH(47, false, "The epoch of the producer is an old one."),
  INVALID_TXN_STATE(48, false, "The state of the transaction does not allow this."),
  INVALID_PRODUCER_ID_MAPPING(49, false, "The producer id does not belong to the transactional id."),
  INVALID_TRANSACTION_TIMEOUT(50, false, "The transaction timeout is longer than the broker allows."),
  CONCURRENT_TRANSACTIONS(51, true, "Another operation on the same transaction is not finished yet."),
  TRANSACTION_COORDINATOR_FENCED(52, false, "The markers come from a coordinator that has been replaced."),
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED(53, false, "The principal may not use the transactional id."),
  SECURITY_DISABLED(54, false, "No authorizer is set up."),
  OPERATION_NOT_ATTEMPTED(55, false, "This part was not tried, because another part of the request failed."),
  KAFKA_STORAGE_ERROR(56, true, "The storage of the log failed."),
  LOG_DIR_NOT_FOUND(57, false, "The broker has no such log directory."),
  SASL_AUTHENTICATION_FAILED(58, false, "The credentials were not accepted."),
  UNKNOWN_PRODUCER_ID(59, false, "The partition knows nothing of the producer id."),
  REASSIGNMENT_IN_PROGRESS(60, false, "The replicas of the partition are being moved."),
  DELEGATION_TOKEN_AUTH_DISABLED(61, false, "Delegation tokens are not enabled."),
  DELEGATION_TOKEN_NOT_FOUND(62, false, "There is no such delegation token."),
  DELEGATION_TOKEN_OWNER_MISMATCH(63, false, "The principal is neither owner nor renewer of the delegation token."),
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED(64, false, "Delegation tokens are not handed out on this kind of connection."),
  DELEGATION_TOKEN_AUTHORIZATION_FAILED(65, false, "The principal may not do this with the delegation token."),
  DELEGATION_TOKEN_EXPIRED(66, false, "The delegation token has expired."),
  INVALID_PRINCIPAL_TYPE(67, false, "The type of the principal is not supported."),
  NON_EMPTY_GROUP(68, false, "The group still has members."),
  GROUP_ID_NOT_FOUND(69, false, "There is no such group."),
  FETCH_SESSION_ID_NOT_FOUND(70, true, "There is no such fetch session."),
  INVALID_FETCH_SESSION_EPOCH(71, true, "The epoch does not follow the last one of the fetch session."),
  LISTENER_NOT_FOUND(72, true, "The leader has no listener of the name that the request came by."),
  TOPIC_DELETION_DISABLED(73, false, "Topics must not be deleted here."),
  FENCED_LEADER_EPOCH(74, true, "The leader epoch of the request is older than the current one."),
  UNKNOWN_LEADER_EPOCH(75, true, "The leader epoch of the request is newer than this broker knows."),
  UNSUPPORTED_COMPRESSION_TYPE(76, false, "The client cannot read the compression of the partition."),
  STALE_BROKER_EPOCH(77, false, "The broker has registered again since the request was sent."),
  OFFSET_NOT_AVAILABLE(78, true, "The new leader does not know the high watermark yet."),
  MEMBER_ID_REQUIRED(79, false, "The member must join again with the member id that it was given."),
  PREFERRED_LEADER_NOT_AVAILABLE(80, true, "The preferred leader cannot take over at the moment."),
  GROUP_MAX_SIZE_REACHED(81, false, "The group is full."),
  FENCED_INSTANCE_ID(82, false, "Another member has taken over the group instance id."),
  ELIGIBLE_LEADERS_NOT_AVAILABLE(83, true, "No replica that could become leader is alive."),
  ELECTION_NOT_NEEDED(84, true, "The partition has the wanted leader already."),
  NO_REASSIGNMENT_IN_PROGRESS(85, false, "The replicas of the partition are not being moved."),
  GROUP_SUBSCRIBED_TO_TOPIC(86, false, "The group is subscribed to the topic, so its offsets must stay."),
  INVALID_RECORD(87, false, "A record does not meet the rules of the topic."),
  UNSTABLE_OFFSET_COMMIT(88, true, "A transaction that commits these offsets is not finished."),
  THROTTLING_QUOTA_EXCEEDED(89, true, "The quota for such changes is used up for now."),
  PRODUCER_FENCED(90, false, "A newer producer uses the same transactional id."),
  RESOURCE_NOT_FOUND(91, false, "The named resource does not exist."),
  DUPLICATE_RESOURCE(92, false, "The request names the same resource twice."),
  UNACCEPTABLE_CREDENTIAL(93, false, "The credential does not meet the requirements."),
  INCONSISTENT_VOTER_SET(94, false, "Sender or receiver is not among the expected voters."),
  INVALID_UPDATE_VERSION(95, false, "The version of the update is not allowed."),
  FEATURE_UPDATE_FAILED(96, false, "The feature levels could not be changed."),
  PRINCIPAL_DESERIALIZATION_FAILURE(97, false, "The principal of a forwarded request could not be read."),
  SNAPSHOT_NOT_FOUND(98, false, "There is no such snapshot."),
  POSITION_OUT_OF_RANGE(99, false, "The position lies outside the snapshot."),
  UNKNOWN_TOPIC_ID(100, true, "There is no topic with this id here."),
  DUPLICATE_BROKER_REGISTRATION(101, false, "Another live broker has this broker id."),
  BROKER_ID_NOT_REGISTERED(102, false, "No broker is registered with this id."),
  INCONSISTENT_TOPIC_ID(103, true, "The log belongs to a topic with another id."),
  INCONSISTENT_CLUSTER_ID(104, false, "The request was meant for another cluster."),
  TRANSACTIONAL_ID_NOT_FOUND(105, false, "There is no such transactional id."),
  FETCH_SESSION_TOPIC_ID_ERROR(106, true, "The fetch session mixes requests with and without topic ids."),
  INELIGIBLE_REPLICA(107, false, "A replica of the new ISR must not be in it."),
  NEW_LEADER_ELECTED(108, false, "The partition was changed, and has another leader now."),
  OFFSET_MOVED_TO_TIERED_STORAGE(109, false, "The offset lies in tiered storage."),
  FENCED_MEMBER_EPOCH(110, false, "The member epoch is not valid any more and the member must join again."),
  UNRELEASED_INSTANCE_ID(111, false, "A member that has not left yet holds the instance id."),
  UNSUPPORTED_ASSIGNOR(112, false, "The group does not support the assignor."),
  STALE_MEMBER_EPOCH(113, false, "The member epoch is not the current one."),
  MISMATCHED_ENDPOINT_TYPE(114, false, "The request was sent to the wrong kind of endpoint."),
  UNSUPPORTED_ENDPOINT_TYPE(115, false, "This kind of endpoint is not supported."),
  UNKNOWN_CONTROLLER_ID(116, false, "There is no controller with this id."),
  UNKNOWN_SUBSCRIPTION_ID(117, false, "The telemetry subscription is unknown or out of date."),
  TELEMETRY_TOO_LARGE(118, false, "The telemetry data is larger than the broker accepts."),
  INVALID_REGISTRATION(119, false, "The controller does not accept the registration of the broker."),
  TRANSACTION_ABORTABLE(120, false, "The transaction cannot go on but can be aborted."),
  INVALID_RECORD_STATE(121, false, "The state of the record does not allow this acknowledgement."),
  SHARE_SESSION_NOT_FOUND(122, true, "There is no such share session."),
  INVALID_SHARE_SESSION_EPOCH(123, true, "The epoch does not follow the last one of the share session."),
  FENCED_STATE_EPOCH(124, false, "The state epoch is not the current one."),
  INVALID_VOTER_KEY(125, false, "The key of the voter is not that of the receiving node."),
  DUPLICATE_VOTER(126, false, "The voter is in the set already."),
  VOTER_NOT_FOUND(127, false, "The voter is not in the set."),
  INVALID_REGULAR_EXPRESSION(128, false, "The regular expression cannot be parsed."),
  REBOOTSTRAP_REQUIRED(129, false, "The client's metadata is too old, and it must start again from its bootstrap servers."),
  STREAMS_INVALID_TOPOLOGY(130, false, "The streams topology contradicts itself."),
  STREAMS_INVALID_TOPOLOGY_EPOCH(131, false, "The epoch of the streams topology is not allowed."),
  STREAMS_TOPOLOGY_FENCED(132, false, "The group has a newer streams topology."),
  SHARE_SESSION_LIMIT_REACHED(133, true, "The broker has as many share sessions as it allows."),
  GROUP_DELETION_FAILED(134, false, "The group could not be deleted."),
  STREAMS_TOPOLOGY_DESCRIPTION_UPDATE_FAILED(135, false, "The description of the streams topology could not be stored."),
  CONTROLLER_ID_NOT_REGISTERED(136, false, "No controller is registered with this id.");

  private static final Errors[] BY_CODE = byCode();

  private final short code;
  private final boolean retriable;
  private final String message;

  Errors(int code, boolean retriable, String message) {
    this.code = (short) code;
    this.retriable = retriable;
    this.message = message;
  }

  private static Errors[] byCode() {
    Errors[] all = values();
    Errors[] result = new Errors[all.length];
    for (Errors error : all) {
      // The codes are contiguous from -1 on.
      result[error.code + 1] = error;
    }
    return result;
  }

  /** The error with {@code code}; {@link #UNKNOWN_SERVER_ERROR} for a code that is not known. */
  public static Errors forCode(short code) {
    int index = code + 1;
    return index >= 0 && index < BY_CODE.length ? BY_CODE[index] : UNKNOWN_SERVER_ERROR;
  }

  /** The code on the wire. */
  public short code() {
    return code;
  }

  /** Whether clients send the request again by themselves. */
  public boolean retriable() {
    return retriable;
  }

  /** One sentence that can stand in an error message field. */
  public String message() {
    return message;
  }
}
