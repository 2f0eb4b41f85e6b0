package io.margay.transactions.internal.handlers;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.AddOffsetsToTxnRequest;
import io.margay.protocol.message.AddOffsetsToTxnResponse;
import io.margay.protocol.message.AddPartitionsToTxnRequest;
import io.margay.protocol.message.AddPartitionsToTxnRequest.AddPartitionsToTxnTopic;
import io.margay.protocol.message.AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction;
import io.margay.protocol.message.AddPartitionsToTxnResponse;
import io.margay.protocol.message.EndTxnRequest;
import io.margay.protocol.message.EndTxnResponse;
import io.margay.protocol.message.ListTransactionsRequest;
import io.margay.protocol.message.ListTransactionsResponse;
import io.margay.protocol.message.WriteTxnMarkersRequest;
import io.margay.protocol.message.WriteTxnMarkersRequest.WritableTxnMarker;
import io.margay.protocol.message.WriteTxnMarkersRequest.WritableTxnMarkerTopic;
import io.margay.protocol.message.WriteTxnMarkersResponse;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.FakeRequest;
import io.margay.spi.partition.TransactionVerifier.Claim;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The forms of requests and answers in their versions; what they mean is tested with the coordinator. */
class TransactionHandlersTest {
  private final List<Integer> versions = new ArrayList<>();
  private final TransactionCoordinatorService fencing = new RefusingService() { };
  private final TransactionCoordinatorService adding = new RefusingService() {
    @Override
    public CompletableFuture<Errors> add(Claim claim, Set<TopicPartition> partitions, int version, long bytes) {
      versions.add(version);
      return CompletableFuture.completedFuture(Errors.NONE);
    }

    @Override
    public CompletableFuture<Map<TopicPartition, Errors>> verify(Claim claim, Set<TopicPartition> partitions, long bytes) {
      Map<TopicPartition, Errors> answers = new HashMap<>();
      partitions.forEach(tp -> answers.put(tp, tp.partition() == 0 ? Errors.NONE : Errors.TRANSACTION_ABORTABLE));
      return CompletableFuture.completedFuture(answers);
    }
  };

  private static <R extends Message> R ask(ApiHandler handler, Message query, int version, R response) {
    FakeRequest request = new FakeRequest(handler.api(), query, version);
    handler.handle(request);
    return request.answer(response);
  }

  private static AddPartitionsToTxnTopic topic(String name) {
    return new AddPartitionsToTxnTopic().setName(name).setPartitions(List.of(0, 1));
  }

  private static AddPartitionsToTxnRequest single(String... topics) {
    AddPartitionsToTxnRequest query = new AddPartitionsToTxnRequest().setV3AndBelowTransactionalId("tx");
    for (String name : topics) {
      query.v3AndBelowTopics().add(topic(name));
    }
    return query;
  }

  private static AddPartitionsToTxnRequest batched(boolean verify) {
    AddPartitionsToTxnTransaction transaction = new AddPartitionsToTxnTransaction().setTransactionalId("tx").setVerifyOnly(verify);
    transaction.topics().add(topic("a"));
    AddPartitionsToTxnRequest query = new AddPartitionsToTxnRequest();
    query.transactions().add(transaction);
    return query;
  }

  private static List<Errors> errors(List<AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult> topics) {
    List<Errors> errors = new ArrayList<>();
    topics.forEach(t -> t.resultsByPartition().forEach(p -> errors.add(Errors.forCode(p.partitionErrorCode()))));
    return errors;
  }

  @Test
  void partitionsAreAddedInEveryVersion() {
    for (int version = 0; version <= 3; version++) {
      AddPartitionsToTxnResponse r = ask(new AddPartitionsToTxnHandler(adding), single("a"), version, new AddPartitionsToTxnResponse());
      assertThat(errors(r.resultsByTopicV3AndBelow())).containsExactly(Errors.NONE, Errors.NONE);
      Errors fenced = version < 2 ? Errors.INVALID_PRODUCER_EPOCH : Errors.PRODUCER_FENCED;
      r = ask(new AddPartitionsToTxnHandler(fencing), single("a"), version, new AddPartitionsToTxnResponse());
      assertThat(errors(r.resultsByTopicV3AndBelow())).containsExactly(fenced, fenced);
      r = ask(new AddPartitionsToTxnHandler(adding), single("a", "unknown"), version, new AddPartitionsToTxnResponse());
      assertThat(errors(r.resultsByTopicV3AndBelow())).containsExactly(Errors.OPERATION_NOT_ATTEMPTED, Errors.OPERATION_NOT_ATTEMPTED,
          Errors.UNKNOWN_TOPIC_OR_PARTITION, Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }
    for (int version = 4; version <= 5; version++) {
      AddPartitionsToTxnResponse r = ask(new AddPartitionsToTxnHandler(adding), batched(false), version, new AddPartitionsToTxnResponse());
      assertThat(errors(r.resultsByTransaction().get(0).topicResults())).containsExactly(Errors.NONE, Errors.NONE);
      r = ask(new AddPartitionsToTxnHandler(adding), batched(true), version, new AddPartitionsToTxnResponse());
      assertThat(errors(r.resultsByTransaction().get(0).topicResults())).containsExactly(Errors.NONE,
          version == 4 ? Errors.INVALID_TXN_STATE : Errors.TRANSACTION_ABORTABLE);
      r = ask(new AddPartitionsToTxnHandler(fencing), batched(true), version, new AddPartitionsToTxnResponse());
      assertThat(errors(r.resultsByTransaction().get(0).topicResults())).containsOnly(Errors.PRODUCER_FENCED);
    }
    assertThat(versions).containsExactly(0, 0, 0, 0, 2, 2);
  }

  @Test
  void errorsAreKnownToTheClientsOfAVersion() {
    for (int version = 0; version <= 5; version++) {
      short fenced = (version < 2 ? Errors.INVALID_PRODUCER_EPOCH : Errors.PRODUCER_FENCED).code();
      EndTxnRequest end = new EndTxnRequest().setTransactionalId("tx");
      assertThat(ask(new EndTxnHandler(fencing), end, version, new EndTxnResponse()).errorCode()).isEqualTo(fenced);
      assertThat(ask(new EndTxnHandler(fencing), end.setTransactionalId(""), version, new EndTxnResponse()).errorCode())
          .isEqualTo(Errors.INVALID_REQUEST.code());
      if (version < 5) {
        AddOffsetsToTxnRequest add = new AddOffsetsToTxnRequest().setTransactionalId("tx").setGroupId("g");
        assertThat(ask(new AddOffsetsToTxnHandler(fencing), add, version, new AddOffsetsToTxnResponse()).errorCode()).isEqualTo(fenced);
        assertThat(ask(new AddOffsetsToTxnHandler(adding), add, version, new AddOffsetsToTxnResponse()).errorCode()).isZero();
      }
    }
  }

  @Test
  void markersAreAnsweredOneByOne() {
    WritableTxnMarker marker = new WritableTxnMarker().setProducerId(7).setTransactionResult(true);
    marker.topics().add(new WritableTxnMarkerTopic().setName("a").setPartitionIndexes(List.of(0, 1)));
    for (int version = 1; version <= 2; version++) {
      WriteTxnMarkersResponse r = ask(new WriteTxnMarkersHandler(fencing), new WriteTxnMarkersRequest().setMarkers(List.of(marker)), version,
          new WriteTxnMarkersResponse());
      assertThat(r.markers().get(0).producerId()).isEqualTo(7);
      assertThat(r.markers().get(0).topics().get(0).partitions()).extracting(p -> p.errorCode())
          .containsOnly(Errors.NOT_LEADER_OR_FOLLOWER.code()).hasSize(2);
    }
  }

  @Test
  void unknownStatesAreNamed() {
    ListTransactionsHandler handler = new ListTransactionsHandler(fencing);
    ListTransactionsResponse r = ask(handler, new ListTransactionsRequest().setStateFilters(List.of("Open")), 1,
        new ListTransactionsResponse());
    assertThat(r.unknownStateFilters()).containsExactly("Open");
    assertThat(r.transactionStates()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"(, INVALID_REGULAR_EXPRESSION", "((a{99}){99}){99}, INVALID_REGULAR_EXPRESSION", "'', PRODUCER_FENCED",
      "orders-.*, PRODUCER_FENCED"})
  void onlyExpressionsOfRe2AreLookedFor(String pattern, Errors error) {
    ListTransactionsResponse r = ask(new ListTransactionsHandler(fencing), new ListTransactionsRequest().setTransactionalIdPattern(pattern), 2,
        new ListTransactionsResponse());
    assertThat(Errors.forCode(r.errorCode())).isEqualTo(error);
  }
}
