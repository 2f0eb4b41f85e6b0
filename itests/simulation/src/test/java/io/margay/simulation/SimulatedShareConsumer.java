package io.margay.simulation;

import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ShareFetchRequest;
import io.margay.protocol.message.ShareFetchRequest.AcknowledgementBatch;
import io.margay.protocol.message.ShareFetchRequest.FetchPartition;
import io.margay.protocol.message.ShareFetchRequest.FetchTopic;
import io.margay.protocol.message.ShareFetchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Consumes a partition as a member of a share group: accepts most records, rejects and releases some, and forgets a few. After each error its
 * session begins again.
 */
final class SimulatedShareConsumer extends SimulatedClient {
  private static final byte ACCEPT = 1;
  private static final byte RELEASE = 2;
  private static final byte REJECT = 3;

  private final SimulatedShareMember member;
  private final String memberId;
  private final ShareHistory history;
  private int sessionEpoch;
  /** What it will say of records, by offset. */
  private TreeMap<Long, Byte> pending = new TreeMap<>();
  private boolean open;

  SimulatedShareConsumer(SimulatedNetwork network, Machine machine, Invariants invariants, TopicPartition tp, SimulatedShareMember member,
      String memberId, ShareHistory history, int nodes) {
    super(network, machine, invariants, tp, nodes);
    this.member = member;
    this.memberId = memberId;
    this.history = history;
  }

  @Override
  void proceed() {
    if (open) {
      // the last request was not answered
      restart();
    }
    if (!member.assigned()) {
      process.after(50, this::next);
      return;
    }
    FetchPartition partition = new FetchPartition().setPartitionIndex(tp.partition());
    ShareFetchRequest request = new ShareFetchRequest().setGroupId(SimulatedShareMember.GROUP).setMemberId(memberId)
        .setShareSessionEpoch(sessionEpoch).setMaxWaitMs(200).setMinBytes(world.chance(100) ? 200 : 1).setMaxRecords((int) world.random(1, 8))
        .setBatchSize(8).setShareAcquireMode((byte) world.random(0, 2));
    Map<Long, Byte> said = pending;
    said.forEach((offset, type) -> {
      partition.acknowledgementBatches().add(new AcknowledgementBatch().setFirstOffset(offset).setLastOffset(offset)
          .setAcknowledgeTypes(new ArrayList<>(List.of(type))));
      if (type != RELEASE) {
        history.acknowledging(offset);
      }
    });
    if (sessionEpoch == 0 || !said.isEmpty()) {
      request.setTopics(List.of(new FetchTopic().setTopicId(topicId).setPartitions(List.of(partition))));
    }
    pending = new TreeMap<>();
    open = true;
    long asked = world.nowMicros();
    toLeader(ShareFetchRequest.API, request, new ShareFetchResponse(), response -> answered(response, said, asked));
  }

  private void restart() {
    open = false;
    sessionEpoch = 0;
    pending = new TreeMap<>();
  }

  private void answered(ShareFetchResponse response, Map<Long, Byte> said, long askedMicros) {
    open = false;
    Errors whole = Errors.forCode(response.errorCode());
    if (whole != Errors.NONE) {
      restart();
      again(whole == Errors.SHARE_SESSION_NOT_FOUND || whole == Errors.INVALID_SHARE_SESSION_EPOCH ? Errors.NONE : whole);
      return;
    }
    sessionEpoch++;
    Errors error = Errors.NONE;
    for (var topic : response.responses()) {
      for (var p : topic.partitions()) {
        error = error == Errors.NONE ? Errors.forCode(p.errorCode()) : error;
        confirm(Errors.forCode(p.acknowledgeErrorCode()), said);
        for (var a : p.acquiredRecords()) {
          for (long offset = a.firstOffset(); offset <= a.lastOffset(); offset++) {
            history.delivered(memberId, offset, a.deliveryCount(), askedMicros);
            decide(offset);
          }
        }
      }
    }
    if (error != Errors.NONE) {
      restart();
      again(error);
    } else {
      process.after(world.random(1, 60), this::next);
    }
  }

  private void confirm(Errors error, Map<Long, Byte> said) {
    if (!said.isEmpty()) {
      world.trace().add("%s: %s for %s", memberId, error, said);
    }
    if (error == Errors.NONE) {
      said.forEach((offset, type) -> {
        if (type != RELEASE) {
          history.confirmed(offset, world.nowMicros());
        }
      });
    }
  }

  private void decide(long offset) {
    long dice = world.random(0, 100);
    if (dice >= 5) {
      pending.put(offset, dice < 20 ? RELEASE : dice < 30 ? REJECT : ACCEPT);
    }
  }
}
