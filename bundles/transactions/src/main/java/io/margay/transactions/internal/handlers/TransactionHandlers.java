package io.margay.transactions.internal.handlers;

import io.margay.spi.handler.ApiHandler;
import java.util.List;

/** The handlers of this bundle. */
public final class TransactionHandlers {
  private TransactionHandlers() { }

  /**
   * @param coordinator the coordinator that they ask
   * @return one for each API
   */
  public static List<ApiHandler> of(TransactionCoordinatorService coordinator) {
    return List.of(new InitProducerIdHandler(coordinator), new AddPartitionsToTxnHandler(coordinator),
        new AddOffsetsToTxnHandler(coordinator), new EndTxnHandler(coordinator), new WriteTxnMarkersHandler(coordinator),
        new DescribeTransactionsHandler(coordinator), new ListTransactionsHandler(coordinator));
  }
}
