package io.margay.replication.internal.fetch;

import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchRequest.FetchPartition;
import io.margay.protocol.message.FetchRequest.FetchTopic;
import io.margay.protocol.message.FetchRequest.ForgottenTopic;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.FetchResponse.FetchableTopicResponse;
import io.margay.protocol.message.FetchResponse.PartitionData;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** What one request fetches, as its session and its epoch say, and how its answer is put together. */
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
  private final FetchItem[] items;

  private FetchContext(Kind kind, Errors error, FetchSessionCache cache, FetchSession session, boolean privileged,
      boolean topicIds, FetchItem[] items) {
    this.kind = kind;
    this.error = error;
    this.cache = cache;
    this.session = session;
    this.privileged = privileged;
    this.topicIds = topicIds;
    this.items = items;
  }

  /** Finds or checks the session of a request and takes over what the request changes in it. */
  static FetchContext of(FetchRequest request, short version, boolean privileged, FetchSessionCache cache, long nowMs) {
    boolean topicIds = version >= FIRST_WITH_TOPIC_IDS;
    int epoch = request.sessionEpoch();
    if (epoch == FetchSession.INITIAL_EPOCH || epoch == FetchSession.FINAL_EPOCH) {
      if (request.sessionId() != FetchSession.NO_SESSION) {
        cache.remove(request.sessionId());
      }
      Kind kind = epoch == FetchSession.FINAL_EPOCH ? Kind.SESSIONLESS : Kind.FULL;
      return new FetchContext(kind, Errors.NONE, cache, null, privileged, topicIds, itemsOf(request));
    }
    FetchSession session = cache.get(request.sessionId());
    if (session == null) {
      return refused(Errors.FETCH_SESSION_ID_NOT_FOUND);
    }
    synchronized (session) {
      if (session.epoch() != epoch) {
        return refused(Errors.INVALID_FETCH_SESSION_EPOCH);
      }
      if (session.topicIds() != topicIds) {
        return refused(Errors.FETCH_SESSION_TOPIC_ID_ERROR);
      }
      update(session, request);
      FetchItem[] items = session.items().values().toArray(NOTHING);
      if (items.length == 0) {
        cache.remove(session.id());
        return new FetchContext(Kind.SESSIONLESS, Errors.NONE, cache, null, privileged, topicIds, items);
      }
      session.advanceEpoch();
      cache.touch(session, items.length, nowMs);
      return new FetchContext(Kind.INCREMENTAL, Errors.NONE, cache, session, privileged, topicIds, items);
    }
  }

  private static FetchContext refused(Errors error) {
    return new FetchContext(Kind.REFUSED, error, null, null, false, false, NOTHING);
  }

  private static FetchItem[] itemsOf(FetchRequest request) {
    int count = 0;
    List<FetchTopic> topics = request.topics();
    for (int i = 0; i < topics.size(); i++) {
      count += topics.get(i).partitions().size();
    }
    FetchItem[] items = new FetchItem[count];
    int next = 0;
    for (int i = 0; i < topics.size(); i++) {
      FetchTopic topic = topics.get(i);
      List<FetchPartition> partitions = topic.partitions();
      for (int j = 0; j < partitions.size(); j++) {
        FetchPartition partition = partitions.get(j);
        items[next++] = item(topic.topic(), topic.topicId(), partition.partition()).update(partition);
      }
    }
    return items;
  }

  private static FetchItem item(String topic, UUID topicId, int partition) {
    boolean named = topicId.getMostSignificantBits() == 0 && topicId.getLeastSignificantBits() == 0;
    return new FetchItem(topic, named ? KafkaUuid.ZERO : topicId, partition);
  }

  private static void update(FetchSession session, FetchRequest request) {
    for (FetchTopic topic : request.topics()) {
      for (FetchPartition partition : topic.partitions()) {
        FetchItem item = item(topic.topic(), topic.topicId(), partition.partition());
        FetchItem known = session.items().putIfAbsent(item, item);
        (known == null ? item : known).update(partition);
      }
    }
    for (ForgottenTopic topic : request.forgottenTopicsData()) {
      for (int partition : topic.partitions()) {
        session.items().remove(item(topic.topic(), topic.topicId(), partition));
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

  /** Whether partitions without news are left out of the answer. */
  boolean incremental() {
    return kind == Kind.INCREMENTAL;
  }

  /** Whether the client named its topics by id. */
  boolean topicIds() {
    return topicIds;
  }

  /**
   * Puts the answer together; the records in it become the answer's.
   *
   * @param answers by index of {@link #items}; null where an incremental answer has nothing to say
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

  private void remember(FetchItem item, PartitionData answer) {
    if (answer != null) {
      item.told(answer);
      if (answer.records().sizeBytes() > 0) {
        session.moveToEnd(item);
      }
    }
  }

  private int newSession(PartitionData[] answers, long nowMs) {
    for (int i = 0; i < items.length; i++) {
      items[i].told(answers[i]);
    }
    FetchSession created = cache.create(privileged, topicIds, items, nowMs);
    return created == null ? FetchSession.NO_SESSION : created.id();
  }

  private List<FetchableTopicResponse> topics(PartitionData[] answers) {
    List<FetchableTopicResponse> topics = new ArrayList<>();
    FetchItem previous = null;
    FetchableTopicResponse topic = null;
    for (int i = 0; i < items.length; i++) {
      if (answers[i] == null) {
        continue;
      }
      FetchItem item = items[i];
      if (previous == null || !item.topicId().equals(previous.topicId()) || !item.topic().equals(previous.topic())) {
        topic = new FetchableTopicResponse().setTopic(item.topic()).setTopicId(item.topicId()).setPartitions(new ArrayList<>(4));
        topics.add(topic);
      }
      topic.partitions().add(answers[i]);
      previous = item;
    }
    return topics;
  }
}
