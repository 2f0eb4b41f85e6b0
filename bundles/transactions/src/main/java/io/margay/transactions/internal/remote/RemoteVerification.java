package io.margay.transactions.internal.remote;

import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.AddPartitionsToTxnRequest;
import io.margay.protocol.message.AddPartitionsToTxnResponse;
import io.margay.spi.client.RemoteConnection;
import io.margay.spi.partition.TransactionVerifier.Claim;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Asks the coordinator on another broker about partitions: AddPartitionsToTxn from version 4. A request has each transactional id once;
 * of several producers that claim the same id, or of one that both adds and verifies, the others are told to come back.
 */
public final class RemoteVerification implements BrokerChannel.Exchange<RemoteVerification.Item> {
  private static final short FIRST_BATCHED = 4;
  private static final int TIMEOUT_MS = 10_000;

  /**
   * A partition that is asked for.
   *
   * @param claim transaction and producer
   * @param partition the partition
   * @param add whether it is added
   * @param answer completed with the error
   */
  public record Item(Claim claim, TopicPartition partition, boolean add, CompletableFuture<Errors> answer) { }

  @Override
  public CompletionStage<Void> send(RemoteConnection connection, List<Item> items) {
    short version = connection.version(AddPartitionsToTxnRequest.API);
    if (version < FIRST_BATCHED) {
      return CompletableFuture.failedFuture(new IOException("the broker does not serve AddPartitionsToTxn now"));
    }
    Map<String, Item> byId = new LinkedHashMap<>();
    AddPartitionsToTxnRequest request = new AddPartitionsToTxnRequest();
    Map<String, AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction> transactions = new HashMap<>();
    for (Item item : items) {
      Item first = byId.putIfAbsent(item.claim.transactionalId(), item);
      if (first != null && (!first.claim.equals(item.claim) || first.add != item.add)) {
        item.answer.complete(Errors.CONCURRENT_TRANSACTIONS);
        continue;
      }
      AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction t = transactions.computeIfAbsent(item.claim.transactionalId(), id -> {
        AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction made = new AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction()
            .setTransactionalId(id).setProducerId(item.claim.producerId()).setProducerEpoch(item.claim.producerEpoch())
            .setVerifyOnly(!item.add);
        request.transactions().add(made);
        return made;
      });
      topic(t, item.partition.topic()).partitions().add(item.partition.partition());
    }
    return connection.send(AddPartitionsToTxnRequest.API, version, request, new AddPartitionsToTxnResponse(), TIMEOUT_MS)
        .thenAccept(reply -> {
          try (reply) {
            answer(items, reply.message());
          }
        });
  }

  private static AddPartitionsToTxnRequest.AddPartitionsToTxnTopic topic(
      AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction transaction, String name) {
    for (AddPartitionsToTxnRequest.AddPartitionsToTxnTopic topic : transaction.topics()) {
      if (topic.name().equals(name)) {
        return topic;
      }
    }
    AddPartitionsToTxnRequest.AddPartitionsToTxnTopic made = new AddPartitionsToTxnRequest.AddPartitionsToTxnTopic().setName(name);
    transaction.topics().add(made);
    return made;
  }

  private static void answer(List<Item> items, AddPartitionsToTxnResponse response) {
    Errors whole = Errors.forCode(response.errorCode());
    Map<String, Map<TopicPartition, Errors>> answers = new HashMap<>();
    response.resultsByTransaction().forEach(t -> {
      Map<TopicPartition, Errors> of = answers.computeIfAbsent(t.transactionalId(), id -> new HashMap<>());
      t.topicResults().forEach(topic -> topic.resultsByPartition().forEach(p ->
          of.put(new TopicPartition(topic.name(), p.partitionIndex()), Errors.forCode(p.partitionErrorCode()))));
    });
    for (Item item : items) {
      Errors found = answers.getOrDefault(item.claim.transactionalId(), Map.of()).get(item.partition);
      item.answer.complete(whole != Errors.NONE ? whole : found != null ? found : Errors.UNKNOWN_SERVER_ERROR);
    }
  }

  @Override
  public void failed(Item item, Throwable why) {
    item.answer.complete(Errors.COORDINATOR_NOT_AVAILABLE);
  }
}
