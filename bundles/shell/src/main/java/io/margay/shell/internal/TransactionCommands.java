package io.margay.shell.internal;

import io.margay.model.BrokerId;
import io.margay.protocol.Errors;
import io.margay.protocol.message.DescribeTransactionsRequest;
import io.margay.protocol.message.DescribeTransactionsResponse;
import io.margay.protocol.message.InitProducerIdRequest;
import io.margay.protocol.message.InitProducerIdResponse;
import io.margay.protocol.message.ListTransactionsRequest;
import io.margay.protocol.message.ListTransactionsResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of scope txn. */
@Command(name = "txn")
final class TransactionCommands {
  static final String SCOPE = "txn";
  private static final int ABORT_POLLS = 300;
  private static final long ABORT_POLL_MS = 100;
  private final Requests requests;
  private final Coordinators coordinators;
  private final CommandFunction.Io io;

  TransactionCommands(Requests requests, CommandFunction.Io io) {
    this.requests = requests;
    this.coordinators = Coordinators.ofTransactions(requests);
    this.io = io;
  }

  @Needs(Role.VIEW)
  @Command(name = "list", description = "List the transactional ids and the state of their transactions.")
  void list(@Option(names = "--state", paramLabel = "STATE", description = "Only those in these states, such as Ongoing.") List<String> states,
      @Option(names = "--longer-than", paramLabel = "MS", defaultValue = "-1",
          description = "Only transactions that are open for longer, in milliseconds.") long minMs,
      @Option(names = "--id", paramLabel = "EXPRESSION", description = "Only transactional ids that match a regular expression of RE2.")
      String pattern, @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    ListTransactionsRequest request = new ListTransactionsRequest().setDurationFilter(minMs).setTransactionalIdPattern(pattern)
        .setStateFilters(states == null ? List.of() : states);
    Map<BrokerId, CompletableFuture<ListTransactionsResponse>> asked = new TreeMap<>();
    for (BrokerId broker : requests.reachable()) {
      asked.put(broker, requests.start(broker, ListTransactionsRequest.API, request, new ListTransactionsResponse()));
    }
    Table table = new Table("transactionalId", "state", "producerId", "coordinator");
    List<String> failures = new ArrayList<>();
    for (Map.Entry<BrokerId, CompletableFuture<ListTransactionsResponse>> e : asked.entrySet()) {
      try {
        ListTransactionsResponse response = requests.await(ListTransactionsRequest.API, e.getValue());
        Requests.check(response.errorCode(), null, "cannot list transactions");
        if (!response.unknownStateFilters().isEmpty()) {
          throw new ShellException("there is no state " + String.join(", ", response.unknownStateFilters())
              + "; the states are Empty, Ongoing, PrepareCommit, PrepareAbort, CompleteCommit, CompleteAbort");
        }
        response.transactionStates().stream().sorted(Comparator.comparing(ListTransactionsResponse.TransactionState::transactionalId))
            .forEach(t -> table.row(t.transactionalId(), t.transactionState(), t.producerId(), e.getKey().value()));
      } catch (ShellException failure) {
        if (asked.size() == 1) {
          throw failure;
        }
        failures.add("transactions of broker " + e.getKey().value() + " are not known: " + failure.getMessage());
      }
    }
    Page.print(io.out(), json, table);
    if (!failures.isEmpty()) {
      io.out().flush();
      throw new ShellException("the list is not complete; " + String.join("; ", failures));
    }
  }

  @Needs(Role.VIEW)
  @Command(name = "describe", description = "Show a transactional id: its producer, and its transaction with the partitions.")
  void describe(@Parameters(paramLabel = "ID", description = "Which transactional id.") String id,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    DescribeTransactionsResponse.TransactionState t = find(id);
    Table partitions = new Table("topic", "partitions");
    t.topics().stream().sorted(Comparator.comparing(DescribeTransactionsResponse.TopicData::topic))
        .forEach(topic -> partitions.row(topic.topic(), topic.partitions().stream().sorted().toList()));
    new Page(io.out(), json).fact("transactionalId", id).fact("state", t.transactionState()).fact("producerId", t.producerId())
        .fact("producerEpoch", t.producerEpoch()).fact("timeoutMs", t.transactionTimeoutMs())
        .fact("started", t.transactionStartTimeMs() < 0 ? null : Instant.ofEpochMilli(t.transactionStartTimeMs()).toString())
        .table("partitions", partitions).print();
  }

  private DescribeTransactionsResponse.TransactionState find(String id) throws InterruptedException {
    var request = new DescribeTransactionsRequest().setTransactionalIds(List.of(id));
    var found = coordinators.call(id, broker -> requests.send(broker, DescribeTransactionsRequest.API, request,
        new DescribeTransactionsResponse()).transactionStates().get(0), t -> t.errorCode());
    if (found.errorCode() == Errors.TRANSACTIONAL_ID_NOT_FOUND.code()) {
      throw new ShellException("there is no transactional id " + id + "; txn:list shows them");
    }
    Requests.check(found.errorCode(), null, "cannot describe transactional id " + id);
    return found;
  }

  @Needs(Role.OPERATE)
  @Command(name = "abort", description = "Abort the open transaction of a transactional id, and fence its producer.")
  void abort(@Parameters(paramLabel = "ID", description = "Which transactional id.") String id) throws InterruptedException {
    DescribeTransactionsResponse.TransactionState before = find(id);
    if (!before.transactionState().equals("Ongoing")) {
      throw new ShellException("transactional id " + id + " has no open transaction, its state is " + before.transactionState());
    }
    // what a new producer with this id does
    InitProducerIdRequest request = new InitProducerIdRequest().setTransactionalId(id).setTransactionTimeoutMs(before.transactionTimeoutMs());
    for (int i = 0; ; i++) {
      var answer = coordinators.call(id, broker -> requests.send(broker, InitProducerIdRequest.API, request, new InitProducerIdResponse()),
          InitProducerIdResponse::errorCode);
      if (answer.errorCode() != Errors.CONCURRENT_TRANSACTIONS.code() || i == ABORT_POLLS) {
        Requests.check(answer.errorCode(), null, "cannot abort the transaction of " + id);
        break;
      }
      TimeUnit.MILLISECONDS.sleep(ABORT_POLL_MS);
    }
    io.out().println("aborted the transaction of " + id);
  }
}
