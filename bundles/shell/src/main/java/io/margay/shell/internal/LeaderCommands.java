package io.margay.shell.internal;

import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ElectLeadersRequest;
import io.margay.protocol.message.ElectLeadersResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of scope leader. */
@Command(name = "leader")
final class LeaderCommands {
  static final String SCOPE = "leader";
  private static final byte PREFERRED = 0;
  private static final byte UNCLEAN = 1;
  private static final String WARNING = "an unclean election makes a replica the leader that may lack acknowledged records; these "
      + "are lost";
  private final Requests requests;
  private final CommandFunction.Io io;

  LeaderCommands(Requests requests, CommandFunction.Io io) {
    this.requests = requests;
    this.io = io;
  }

  @Needs(Role.OPERATE)
  @Command(name = "elect", description = "Give partitions back to their preferred leaders, or a leader to partitions without one.")
  void elect(@Parameters(arity = "0..*", paramLabel = "TOPIC[:P]",
          description = "Topics or partitions, such as orders or orders:0 (default: all).") List<String> names,
      @Option(names = "--unclean", description = "Let a replica lead that is not in sync, where no other is left. Acknowledged "
          + "records may be lost.") boolean unclean,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    if (unclean && (names == null || names.isEmpty())) {
      throw new ShellException("leader:elect --unclean needs the partitions, because it may lose records; partition:list --no-leader "
          + "shows which have no leader");
    }
    Collection<TopicPartition> partitions = names == null || names.isEmpty() ? null : PartitionName.parseAll(requests, names);
    if (unclean && !json) {
      io.out().println("Warning: " + WARNING + ".");
      io.out().flush();
    }
    show(send(partitions, unclean), unclean, json);
  }

  private ElectLeadersResponse send(Collection<TopicPartition> partitions, boolean unclean) throws InterruptedException {
    ElectLeadersRequest request = new ElectLeadersRequest().setElectionType(unclean ? UNCLEAN : PREFERRED)
        .setTimeoutMs(Requests.TIMEOUT_MS).setTopicPartitions(null);
    if (partitions != null) {
      Map<String, List<Integer>> byTopic = new TreeMap<>();
      partitions.forEach(tp -> byTopic.computeIfAbsent(tp.topic(), t -> new ArrayList<>()).add(tp.partition()));
      request.setTopicPartitions(new ArrayList<>());
      byTopic.forEach((topic, list) -> request.topicPartitions().add(
          new ElectLeadersRequest.TopicPartitions().setTopic(topic).setPartitions(list)));
    }
    ElectLeadersResponse response = requests.send(ElectLeadersRequest.API, request, new ElectLeadersResponse());
    requests.checkController(response.errorCode(), null, "cannot elect leaders");
    return response;
  }

  private void show(ElectLeadersResponse response, boolean unclean, boolean json) {
    Table table = new Table("topic", "partition", "result");
    List<TopicPartition> failed = new ArrayList<>();
    int elected = 0;
    int unneeded = 0;
    for (var topic : response.replicaElectionResults()) {
      for (var p : topic.partitionResult()) {
        Errors error = Errors.forCode(p.errorCode());
        if (error == Errors.ELECTION_NOT_NEEDED) {
          unneeded++;
        } else if (error == Errors.NONE) {
          elected++;
          table.row(topic.topic(), p.partitionId(), "elected");
        } else {
          failed.add(new TopicPartition(topic.topic(), p.partitionId()));
          table.row(topic.topic(), p.partitionId(), Requests.text(p.errorCode(), p.errorMessage()));
        }
      }
    }
    Page page = new Page(io.out(), json);
    if (unclean && json) {
      page.fact("warning", WARNING);
    }
    page.fact("elected", elected).fact("notNeeded", unneeded).fact("failed", failed.size());
    if (json || elected > 0 || !failed.isEmpty()) {
      page.table("partitions", table);
    }
    page.print();
    if (!failed.isEmpty()) {
      throw new ShellException("no leader was elected for " + PartitionName.some(failed) + "; "
          + (unclean ? "a replica must be on an active broker: partition:list and broker:list show them"
              : "the preferred leader must be active and in sync: partition:list shows the replicas"));
    }
  }
}
