package io.margay.shell.internal;

import io.margay.metadata.TopicImage;
import io.margay.model.TopicPartition;
import io.margay.protocol.message.DeleteRecordsRequest;
import io.margay.protocol.message.DeleteRecordsResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of scope offset. */
@Command(name = "offset")
final class OffsetCommands {
  static final String SCOPE = "offset";
  private final Requests requests;
  private final Offsets offsets;
  private final GroupOffsets groupOffsets;
  private final CommandFunction.Io io;

  OffsetCommands(Requests requests, CommandFunction.Io io) {
    this.requests = requests;
    this.offsets = new Offsets(requests);
    this.groupOffsets = new GroupOffsets(requests);
    this.io = io;
  }

  @Needs(Role.VIEW)
  @Command(name = "list", description = "Show the first and the next offset of a topic's partitions.")
  void list(@Parameters(paramLabel = "TOPIC", description = "Which.") String name,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    List<TopicPartition> partitions = Offsets.partitions(requests.topic(name));
    Map<TopicPartition, Long> starts = offsets.at(partitions, Offsets.EARLIEST);
    Map<TopicPartition, Long> ends = offsets.at(partitions, Offsets.LATEST);
    Table table = new Table("topic", "partition", "startOffset", "endOffset", "offsets");
    for (TopicPartition tp : partitions) {
      Long start = starts.get(tp);
      Long end = ends.get(tp);
      table.row(name, tp.partition(), start, end, start == null || end == null ? null : end - start);
    }
    Page.print(io.out(), json, table);
  }

  @Needs(Role.VIEW)
  @Command(name = "show", description = "Show what a group has committed, and how far behind it is.")
  void show(@Parameters(paramLabel = "GROUP", description = "Which.") String group,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    new Groups(requests).require(group);
    Page.print(io.out(), json, new Groups(requests).lag(group, Map.of()));
  }

  @Needs(Role.OPERATE)
  @Command(name = "reset", description = "Set what a group has committed. The group must have no members.")
  void reset(@Parameters(index = "0", paramLabel = "GROUP", description = "Which.") String group,
      @Parameters(index = "1", paramLabel = "TOPIC", description = "Of which topic.") String name,
      @Option(names = {"-t", "--to"}, required = true, paramLabel = "POSITION",
          description = "earliest, latest, an offset, or a time such as 2026-01-31T12:00:00Z.") String to,
      @Option(names = {"-p", "--partition"}, paramLabel = "N", description = "Only this partition.") Integer partition,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    TopicImage topic = requests.topic(name);
    List<TopicPartition> partitions = Offsets.partitions(topic);
    if (partition != null) {
      Requests.requirePartition(topic, partition);
      partitions = List.of(partitions.get(partition));
    }
    Map<TopicPartition, Long> wanted = new TreeMap<>(Position.parse(to).resolve(offsets, partitions));
    Map<TopicPartition, Long> starts = offsets.at(partitions, Offsets.EARLIEST);
    Map<TopicPartition, Long> ends = offsets.at(partitions, Offsets.LATEST);
    for (TopicPartition tp : partitions) {
      Long offset = wanted.get(tp);
      if (offset == null || !starts.containsKey(tp) || !ends.containsKey(tp)) {
        throw new ShellException("the leader of partition " + tp.partition() + " of topic " + name + " cannot be reached "
            + "from here; partition:list " + name + " shows which broker it is, run this there");
      }
      if (offset < starts.get(tp) || offset > ends.get(tp)) {
        throw new ShellException("offset " + offset + " is outside of partition " + tp.partition() + ", which has "
            + starts.get(tp) + " to " + ends.get(tp) + "; nothing was changed");
      }
    }
    groupOffsets.commit(group, wanted);
    Table table = new Table("group", "topic", "partition", "committedOffset");
    wanted.forEach((tp, offset) -> table.row(group, tp.topic(), tp.partition(), offset));
    Page.print(io.out(), json, table);
  }

  @Needs(Role.ADMIN)
  @Command(name = "delete-records", description = "Delete the records of a partition that lie before an offset.")
  void deleteRecords(@Parameters(index = "0", paramLabel = "TOPIC", description = "Which.") String name,
      @Parameters(index = "1", paramLabel = "PARTITION", description = "Which.") int partition,
      @Parameters(index = "2", paramLabel = "OFFSET", description = "The first that stays; -1: none stays.") long offset)
      throws InterruptedException {
    Requests.requirePartition(requests.topic(name), partition);
    DeleteRecordsRequest request = new DeleteRecordsRequest().setTimeoutMs(Requests.TIMEOUT_MS).setTopics(List.of(
        new DeleteRecordsRequest.DeleteRecordsTopic().setName(name).setPartitions(List.of(
            new DeleteRecordsRequest.DeleteRecordsPartition().setPartitionIndex(partition).setOffset(offset)))));
    for (var topic : requests.send(requests.leader(new TopicPartition(name, partition)), DeleteRecordsRequest.API, request,
        new DeleteRecordsResponse()).topics()) {
      for (var p : topic.partitions()) {
        Requests.check(p.errorCode(), null, "cannot delete records of topic " + name + " partition " + partition);
        io.out().println("topic " + name + " partition " + partition + " now starts at offset " + p.lowWatermark());
      }
    }
  }
}
