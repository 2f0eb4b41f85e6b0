package io.margay.simulation;

import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.spi.partition.TransactionVerifier;
import java.util.concurrent.CompletionStage;

/** Plants {@link Flaw#TRUSTED_PRODUCERS}: a partition is added to the transaction if that is possible, and the producer is believed. */
record TrustingVerifier(TransactionVerifier verifier) implements TransactionVerifier {
  @Override
  public CompletionStage<Errors> verify(Claim claim, TopicPartition partition, boolean add) {
    return verifier.verify(claim, partition, add).thenApply(
        error -> error == Errors.PRODUCER_FENCED || error == Errors.INVALID_PRODUCER_EPOCH ? Errors.NONE : error);
  }
}
