package io.margay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.protocol.Errors;
import io.margay.protocol.message.DescribeTransactionsRequest;
import io.margay.protocol.message.DescribeTransactionsResponse;
import io.margay.protocol.message.FindCoordinatorRequest;
import io.margay.protocol.message.FindCoordinatorResponse;
import io.margay.protocol.message.InitProducerIdRequest;
import io.margay.protocol.message.InitProducerIdResponse;
import io.margay.protocol.message.ListTransactionsRequest;
import io.margay.protocol.message.ListTransactionsResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TransactionCommandsTest {
  private final FakeBroker broker = new FakeBroker();
  private final Gosh gosh = new Gosh(broker);
  private final List<InitProducerIdRequest> initialised = new ArrayList<>();
  private String state = "Ongoing";

  @BeforeEach
  void start() {
    broker.others.put(FindCoordinatorRequest.API.key(), r -> {
      assertThat(((FindCoordinatorRequest) r).keyType()).isEqualTo((byte) 1);
      return new FindCoordinatorResponse().setCoordinators(List.of(
          new FindCoordinatorResponse.Coordinator().setKey("tx").setNodeId(gosh.settings.nodeId().value())));
    });
    broker.others.put(ListTransactionsRequest.API.key(), r -> {
      List<String> unknown = ((ListTransactionsRequest) r).stateFilters().stream().filter(s -> s.equals("Open")).toList();
      return new ListTransactionsResponse().setUnknownStateFilters(unknown).setTransactionStates(List.of(
          new ListTransactionsResponse.TransactionState().setTransactionalId("tx").setProducerId(7).setTransactionState(state)));
    });
    broker.others.put(DescribeTransactionsRequest.API.key(), r -> {
      String id = ((DescribeTransactionsRequest) r).transactionalIds().get(0);
      var found = new DescribeTransactionsResponse.TransactionState().setTransactionalId(id);
      return new DescribeTransactionsResponse().setTransactionStates(List.of(!id.equals("tx")
          ? found.setErrorCode(Errors.TRANSACTIONAL_ID_NOT_FOUND.code())
          : found.setTransactionState(state).setProducerId(7).setProducerEpoch((short) 2).setTransactionTimeoutMs(60_000)
              .setTransactionStartTimeMs(0).setTopics(List.of(
                  new DescribeTransactionsResponse.TopicData().setTopic("orders").setPartitions(List.of(1, 0))))));
    });
    broker.others.put(InitProducerIdRequest.API.key(), r -> {
      initialised.add((InitProducerIdRequest) r);
      return new InitProducerIdResponse().setErrorCode(initialised.size() == 1 ? Errors.CONCURRENT_TRANSACTIONS.code() : 0);
    });
  }

  @AfterEach
  void stop() {
    gosh.close();
  }

  @Test
  void transactionsAreListedAndDescribed() throws Exception {
    int self = gosh.settings.nodeId().value();
    assertThat(gosh.run("txn:list")).isEqualTo("""
        TRANSACTIONAL ID  STATE    PRODUCER ID  COORDINATOR
        tx                Ongoing            7            %d
        """.formatted(self));
    assertThat(gosh.run("txn:list --json")).contains("\"transactionalId\" : \"tx\"");
    assertThatThrownBy(() -> gosh.run("txn:list --state Open")).hasMessageStartingWith("there is no state Open; the states are Empty");
    assertThat(gosh.run("txn:describe tx")).isEqualTo("""
        Transactional id: tx
        State:            Ongoing
        Producer id:      7
        Producer epoch:   2
        Timeout ms:       60000
        Started:          1970-01-01T00:00:00Z

        TOPIC   PARTITIONS
        orders  0,1
        """);
    assertThat(gosh.run("txn:describe tx --json")).contains("\"producerEpoch\" : 2");
    assertThatThrownBy(() -> gosh.run("txn:describe ty")).hasMessage("there is no transactional id ty; txn:list shows them");
  }

  @Test
  void anOpenTransactionIsAborted() throws Exception {
    assertThat(gosh.run("txn:abort tx")).isEqualTo("aborted the transaction of tx\n");
    assertThat(initialised).hasSize(2);
    assertThat(initialised.get(0).transactionTimeoutMs()).isEqualTo(60_000);
    state = "CompleteCommit";
    assertThatThrownBy(() -> gosh.run("txn:abort tx"))
        .hasMessage("transactional id tx has no open transaction, its state is CompleteCommit");
  }
}
