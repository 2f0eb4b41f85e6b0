package io.margay.replication.internal.produce;

import io.margay.replication.internal.ReplicationContext;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.partition.TransactionVerifier;

/** Makes the handler of Produce as the container does it. */
public final class SimulatedProduce {
  private SimulatedProduce() { }

  /** @param verifier asked before the first batch of a transaction */
  public static ApiHandler handler(ReplicationContext context, TransactionVerifier verifier) {
    ProduceHandler handler = new ProduceHandler(context);
    handler.setVerifier(verifier);
    return handler;
  }
}
