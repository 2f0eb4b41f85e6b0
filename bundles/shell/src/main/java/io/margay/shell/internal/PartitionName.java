package io.margay.shell.internal;

import io.margay.metadata.TopicImage;
import io.margay.model.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** How partitions are typed: {@code TOPIC:P}. A topic's name has no colon. */
final class PartitionName {
  private PartitionName() { }

  /** The partition of this name, which exists. */
  static TopicPartition parse(Requests requests, String text) {
    int colon = text.lastIndexOf(':');
    try {
      TopicImage topic = requests.topic(colon < 0 ? text : text.substring(0, colon));
      int partition = colon < 0 ? -1 : Integer.parseInt(text.substring(colon + 1));
      Requests.requirePartition(topic, partition);
      return new TopicPartition(topic.name(), partition);
    } catch (NumberFormatException e) {
      throw new ShellException(text + " is no partition; write TOPIC:P, such as orders:0");
    }
  }

  /** The partitions of these names; a topic alone stands for all of its partitions. */
  static SortedSet<TopicPartition> parseAll(Requests requests, List<String> texts) {
    SortedSet<TopicPartition> all = new TreeSet<>();
    for (String text : texts) {
      all.addAll(text.indexOf(':') < 0 ? Offsets.partitions(requests.topic(text)) : List.of(parse(requests, text)));
    }
    return all;
  }

  /** As it is typed. */
  static String of(TopicPartition partition) {
    return partition.topic() + ":" + partition.partition();
  }

  /** For messages: the first few. */
  static String some(List<TopicPartition> partitions) {
    List<String> names = new ArrayList<>(partitions.stream().limit(3).map(PartitionName::of).toList());
    return String.join(", ", names) + (partitions.size() > names.size() ? " and " + (partitions.size() - names.size()) + " more" : "");
  }
}
