package io.margay.replication.internal.produce;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.TopicPartition;
import io.margay.protocol.BufferRecords;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ProduceRequest;
import io.margay.protocol.message.ProduceRequest.PartitionProduceData;
import io.margay.protocol.message.ProduceRequest.TopicProduceData;
import io.margay.protocol.message.ProduceResponse;
import io.margay.protocol.record.RecordBatchBuilder;
import io.margay.replication.internal.PartitionLeader;
import io.margay.replication.internal.ReplicationSettings;
import io.margay.replication.internal.TestBroker;
import io.margay.spi.handler.FakeRequest;
import io.margay.spi.partition.TransactionVerifier;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The first batches of transactions wait until their coordinator has confirmed the partition. */
class VerificationsTest {
  private static final int ADDS = 12;
  private static final int VERIFIES = 11;
  private final TestBroker broker = new TestBroker();
  private final List<Boolean> asked = new ArrayList<>();
  private final List<CompletableFuture<Errors>> answers = new ArrayList<>();
  private ProduceHandler handler;
  private boolean broken;
  private final TransactionVerifier verifier = new TransactionVerifier() {
    @Override
    public CompletionStage<Errors> verify(Claim claim, TopicPartition partition, boolean add) {
      assertThat(claim).isEqualTo(new Claim("tx", 7, (short) 3));
      asked.add(add);
      if (broken) {
        throw new IllegalStateException("broken");
      }
      answers.add(new CompletableFuture<>());
      return answers.get(answers.size() - 1);
    }
  };

  @BeforeEach
  void start() {
    broker.start();
    broker.create("a", 1);
    handler = new ProduceHandler(broker.replication);
    handler.setVerifier(verifier);
  }

  @AfterEach
  void stop() {
    handler.close();
    broker.close();
  }

  private FakeRequest send(int sequence, int version) {
    ByteBuf batch;
    try (RecordBatchBuilder builder = new RecordBatchBuilder(UnpooledByteBufAllocator.DEFAULT)) {
      builder.transactional(true).producer(7, (short) 3, sequence).append(1000, new byte[] {1}, new byte[] {2}, List.of());
      ByteBuf built = builder.build();
      batch = Unpooled.copiedBuffer(built);
      built.release();
    }
    TopicProduceData topic = new TopicProduceData().setName("a")
        .setPartitionData(List.of(new PartitionProduceData().setIndex(0).setRecords(new BufferRecords(batch))));
    FakeRequest request = new FakeRequest(ProduceRequest.API, new ProduceRequest().setAcks((short) -1).setTimeoutMs(1000)
        .setTransactionalId("tx").setTopicData(List.of(topic)), version);
    handler.handle(request);
    return request;
  }

  private static Errors error(FakeRequest request) {
    assertThat(request.isAnswered()).isTrue();
    return Errors.forCode(request.answer(new ProduceResponse()).responses().get(0).partitionResponses().get(0).errorCode());
  }

  @Test
  void batchesWaitAndAreAppendedInTheirOrder() {
    FakeRequest first = send(0, ADDS);
    FakeRequest second = send(1, ADDS);
    assertThat(asked).containsExactly(true);
    assertThat(broker.log("a", 0).logEndOffset()).isZero();
    answers.get(0).complete(Errors.NONE);
    assertThat(error(first)).isEqualTo(Errors.NONE);
    assertThat(error(second)).isEqualTo(Errors.NONE);
    assertThat(first.answer(new ProduceResponse()).responses().get(0).partitionResponses().get(0).baseOffset()).isZero();
    assertThat(error(send(2, ADDS))).as("the transaction is open").isEqualTo(Errors.NONE);
    assertThat(asked).hasSize(1);
    broker.log("a", 0).endTransaction(7);
    assertThat(send(3, VERIFIES).isAnswered()).isFalse();
    assertThat(asked).containsExactly(true, false);
  }

  @Test
  void errorsAreThoseOfProducers() {
    Errors[][] expected = {{Errors.TRANSACTION_ABORTABLE, Errors.TRANSACTION_ABORTABLE}, {Errors.PRODUCER_FENCED, Errors.INVALID_PRODUCER_EPOCH},
        {Errors.COORDINATOR_NOT_AVAILABLE, Errors.NOT_ENOUGH_REPLICAS}, {Errors.CONCURRENT_TRANSACTIONS, Errors.NOT_ENOUGH_REPLICAS},
        {Errors.INVALID_PRODUCER_ID_MAPPING, Errors.INVALID_PRODUCER_ID_MAPPING}};
    for (Errors[] pair : expected) {
      FakeRequest request = send(0, VERIFIES);
      answers.get(answers.size() - 1).complete(pair[0]);
      assertThat(error(request)).isEqualTo(pair[1]);
    }
    FakeRequest request = send(0, ADDS);
    answers.get(answers.size() - 1).complete(Errors.CONCURRENT_TRANSACTIONS);
    assertThat(error(request)).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
    assertThat(broker.log("a", 0).logEndOffset()).isZero();
  }

  @Test
  void aMarkerInBetweenMeansOneMoreQuestion() {
    FakeRequest request = send(0, ADDS);
    broker.log("a", 0).endTransaction(7);
    answers.get(0).complete(Errors.NONE);
    assertThat(request.isAnswered()).isFalse();
    assertThat(asked).hasSize(2);
    answers.get(1).complete(Errors.NONE);
    assertThat(error(request)).isEqualTo(Errors.NONE);
  }

  @Test
  void aLogThatWasOpenedAgainMeansOneMoreQuestion() {
    FakeRequest first = send(0, ADDS);
    FakeRequest second = send(1, ADDS);
    broker.log("a", 0).forgetsVerification = true;
    answers.get(0).complete(Errors.NONE);
    assertThat(first.isAnswered()).isFalse();
    assertThat(second.isAnswered()).isFalse();
    assertThat(asked).hasSize(2);
    answers.get(1).complete(Errors.NONE);
    assertThat(error(first)).isEqualTo(Errors.NONE);
    assertThat(error(second)).isEqualTo(Errors.NONE);
    assertThat(first.answer(new ProduceResponse()).responses().get(0).partitionResponses().get(0).baseOffset()).isZero();
  }

  @Test
  void aLogThatForgetsAfterTheBatchWasLetThroughMeansAQuestion() {
    FakeRequest first = send(0, ADDS);
    answers.get(0).complete(Errors.NONE);
    assertThat(error(first)).isEqualTo(Errors.NONE);
    broker.log("a", 0).forgetsVerification = true;
    FakeRequest second = send(1, ADDS);
    assertThat(second.isAnswered()).isFalse();
    answers.get(1).complete(Errors.NONE);
    assertThat(error(second)).isEqualTo(Errors.NONE);
  }

  @Test
  void aLogThatForgetsEachTimeIsNotAskedForever() {
    FakeRequest request = send(0, ADDS);
    for (int i = 0; i < 5; i++) {
      assertThat(request.isAnswered()).isFalse();
      broker.log("a", 0).forgetsVerification = true;
      answers.get(i).complete(Errors.NONE);
    }
    assertThat(error(request)).isEqualTo(Errors.NOT_ENOUGH_REPLICAS);
    assertThat(asked).hasSize(5);
  }

  @Test
  void withoutACoordinatorProducersTryAgain() {
    handler.unsetVerifier(verifier);
    assertThat(error(send(0, ADDS))).isEqualTo(Errors.NOT_ENOUGH_REPLICAS);
    assertThat(asked).isEmpty();
  }

  @Test
  void verificationMayBeTurnedOffButNotTheAdding() {
    broker.settings.set(ReplicationSettings.TRANSACTION_PARTITION_VERIFICATION_ENABLE, "false");
    assertThat(error(send(0, VERIFIES))).isEqualTo(Errors.NONE);
    assertThat(asked).isEmpty();
    broker.log("a", 0).endTransaction(7);
    send(1, ADDS);
    assertThat(asked).containsExactly(true);
  }

  @Test
  void theAnswerComesWhenTheTimeIsOver() {
    FakeRequest request = send(0, ADDS);
    handler.close();
    assertThat(error(request)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    answers.get(0).complete(Errors.NONE);
    assertThat(broker.log("a", 0).logEndOffset()).isZero();
  }

  @Test
  void aVerifierThatThrowsLeavesNothingBehind() {
    broken = true;
    assertThat(error(send(0, ADDS))).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
    broken = false;
    FakeRequest failing = send(0, ADDS);
    answers.get(0).completeExceptionally(new IllegalStateException("broken"));
    assertThat(error(failing)).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
    FakeRequest next = send(0, ADDS);
    answers.get(1).complete(Errors.NONE);
    assertThat(error(next)).isEqualTo(Errors.NONE);
  }

  @Test
  void aBatchThatFailsDoesNotHoldUpThoseBehindIt() {
    handler.verifications().await(broker.leader("a", 0), new Verifications.Key(broker.leader("a", 0).id(),
        new TransactionVerifier.Claim("tx", 7, (short) 3), true), new Verifications.Waiting() {
          @Override
          public PartitionLeader leader() {
            return broker.leader("a", 0);
          }

          @Override
          public boolean verified() {
            throw new OutOfMemoryError("no memory for a batch");
          }

          @Override
          public void refused(Errors error) {
            throw new AssertionError(error);
          }
        });
    FakeRequest behind = send(0, ADDS);
    assertThat(behind.isAnswered()).isFalse();
    answers.get(0).complete(Errors.NONE);
    assertThat(error(behind)).isEqualTo(Errors.NONE);
    assertThat(error(send(1, ADDS))).isEqualTo(Errors.NONE);
    assertThat(asked).hasSize(1);
  }
}
