package io.margay.replication.internal.fetch;

import io.margay.protocol.Errors;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchRequest.FetchPartition;
import io.margay.protocol.message.FetchRequest.FetchTopic;
import io.margay.protocol.message.FetchRequest.ForgottenTopic;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.FetchResponse.FetchableTopicResponse;
import io.margay.protocol.message.FetchResponse.PartitionData;
import java.util.ArrayList;
import java.util.List;

/**
 * What one request fetches, according to its session and epoch, and how its answer is assembled. A partition that a request names
 * several times is fetched once, as its last mention says, as in Kafka.
 */
final class FetchContext {
  private static final short FIRST_WITH_TOPIC_IDS = 13;
  private static final FetchItem[] NOTHING = { };

  private enum Kind { SESSIONLESS, FULL, INCREMENTAL, REFUSED }

  private final Kind kind;
  private final Errors error;
  private final FetchSessionCache cache;
  private final FetchSession session;
  private final boolean privileged;
  private final boolean topicIds;
  private final FetchItems full;
  private final FetchItem[] items;

  /** A context outside of a session. */
  private FetchContext(Kind kind, FetchSessionCache cache, boolean privileged, boolean topicIds, FetchItems full) {
    this.kind = kind;
    this.error = Errors.NONE;
    this.cache = cache;
    this.session = null;
    this.privileged = privileged;
    this.topicIds = topicIds;
    this.full = full;
    this.items = full.toArray();
  }

  /** A context in a session. */
  private FetchContext(FetchSessionCache cache, FetchSession session, FetchItem[] items) {
    this.kind = Kind.INCREMENTAL;
    this.error = Errors.NONE;
    this.cache = cache;
    this.session = session;
    this.privileged = session.privileged();
    this.topicIds = session.topicIds();
    this.full = null;
    this.items = items;
  }

  private FetchContext(Errors error) {
    this.kind = Kind.REFUSED;
    this.error = error;
    this.cache = null;
    this.session = null;
    this.privileged = false;
    this.topicIds = false;
    this.full = null;
    this.items = NOTHING;
  }

  /** Finds or checks the session of a request and applies what the request changes in it. */
  static FetchContext of(FetchRequest request, short version, boolean privileged, FetchSessionCache cache, long nowMs) {
    boolean topicIds = version >= FIRST_WITH_TOPIC_IDS;
    int epoch = request.sessionEpoch();
    if (epoch == FetchSession.INITIAL_EPOCH || epoch == FetchSession.FINAL_EPOCH) {
      if (request.sessionId() != FetchSession.NO_SESSION) {
        cache.remove(request.sessionId());
      }
      Kind kind = epoch == FetchSession.FINAL_EPOCH ? Kind.SESSIONLESS : Kind.FULL;
      FetchItems items = new FetchItems(partitions(request));
      update(items, request);
      return new FetchContext(kind, cache, privileged, topicIds, items);
    }
    FetchSession session = cache.get(request.sessionId());
    if (session == null) {
      return new FetchContext(Errors.FETCH_SESSION_ID_NOT_FOUND);
    }
    synchronized (session) {
      if (session.epoch() != epoch) {
        return new FetchContext(Errors.INVALID_FETCH_SESSION_EPOCH);
      }
      if (session.topicIds() != topicIds) {
        return new FetchContext(Errors.FETCH_SESSION_TOPIC_ID_ERROR);
      }
      FetchItems items = session.items();
      update(items, request);
      forget(items, request);
      if (items.size() == 0) {
        cache.remove(session.id());
        return new FetchContext(Kind.SESSIONLESS, cache, privileged, topicIds, items);
      }
      session.advanceEpoch();
      if (!cache.touch(session, items.size(), items.sizeBytes(), nowMs)) {
        // too large for a session; the client starts over and gets none
        return new FetchContext(Errors.FETCH_SESSION_ID_NOT_FOUND);
      }
      return new FetchContext(cache, session, items.toArray());
    }
  }

  /** How many partitions a request names, including repetitions. */
  static int partitions(FetchRequest request) {
    int count = 0;
    List<FetchTopic> topics = request.topics();
    for (int i = 0; i < topics.size(); i++) {
      count += topics.get(i).partitions().size();
    }
    return count;
  }

  private static void update(FetchItems items, FetchRequest request) {
    List<FetchTopic> topics = request.topics();
    for (int i = 0; i < topics.size(); i++) {
      FetchTopic topic = topics.get(i);
      TopicKey key = new TopicKey(topic.topic(), topic.topicId());
      List<FetchPartition> partitions = topic.partitions();
      for (int j = 0; j < partitions.size(); j++) {
        FetchPartition partition = partitions.get(j);
        items.get(key, partition.partition()).update(partition);
      }
    }
  }

  private static void forget(FetchItems items, FetchRequest request) {
    for (ForgottenTopic topic : request.forgottenTopicsData()) {
      TopicKey key = new TopicKey(topic.topic(), topic.topicId());
      for (int partition : topic.partitions()) {
        items.remove(key, partition);
      }
    }
  }

  /** Why the request cannot be served at all, or NONE. */
  Errors error() {
    return error;
  }

  /** What to read, in the order of the answer. */
  FetchItem[] items() {
    return items;
  }

  /** The session of an incremental fetch, or null. */
  FetchSession session() {
    return session;
  }

  /** Whether partitions without news are left out of the answer. */
  boolean incremental() {
    return kind == Kind.INCREMENTAL;
  }

  /** Whether the client named its topics by id. */
  boolean topicIds() {
    return topicIds;
  }

  /**
   * Assembles the answer, which takes over the records.
   *
   * @param answers by index of {@link #items}; null where an incremental answer has nothing to report
   */
  FetchResponse respond(PartitionData[] answers, long nowMs) {
    FetchResponse response = new FetchResponse();
    switch (kind) {
      case REFUSED -> response.setErrorCode(error.code());
      case INCREMENTAL -> {
        synchronized (session) {
          response.setSessionId(session.id()).setResponses(topics(answers));
          for (int i = 0; i < items.length; i++) {
            remember(items[i], answers[i]);
          }
        }
      }
      default -> response.setResponses(topics(answers)).setSessionId(kind == Kind.FULL ? newSession(answers, nowMs) : 0);
    }
    return response;
  }

  /**
   * The answer to a consumer that must wait: without records. A session stays as it is, and none is made; a client that wanted one asks
   * for it again.
   */
  FetchResponse withoutRecords() {
    return new FetchResponse().setSessionId(kind == Kind.INCREMENTAL ? session.id() : FetchSession.NO_SESSION);
  }

  private void remember(FetchItem item, PartitionData answer) {
    if (answer != null) {
      item.told(answer);
      if (answer.records().sizeBytes() > 0) {
        session.items().moveToEnd(item);
      }
    }
  }

  private int newSession(PartitionData[] answers, long nowMs) {
    for (int i = 0; i < items.length; i++) {
      items[i].told(answers[i]);
    }
    FetchSession created = cache.create(privileged, topicIds, full, nowMs);
    return created == null ? FetchSession.NO_SESSION : created.id();
  }

  private List<FetchableTopicResponse> topics(PartitionData[] answers) {
    List<FetchableTopicResponse> topics = new ArrayList<>();
    TopicKey previous = null;
    FetchableTopicResponse topic = null;
    for (int i = 0; i < items.length; i++) {
      if (answers[i] == null) {
        continue;
      }
      TopicKey key = items[i].key();
      if (previous == null || !key.isSame(previous)) {
        topic = new FetchableTopicResponse().setTopic(key.name()).setTopicId(key.id()).setPartitions(new ArrayList<>(4));
        topics.add(topic);
      }
      topic.partitions().add(answers[i]);
      previous = key;
    }
    return topics;
  }
}
