package io.margay.shell.internal;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Arguments of {@code produce}, filled by the parser. */
final class ProduceOptions {
  @Parameters(index = "0", paramLabel = "TOPIC", description = "Where to.")
  String topic;

  @Parameters(index = "1..*", paramLabel = "VALUE", description = "The records' values; - stands for the lines of the input.")
  List<String> values = List.of();

  @Option(names = {"-k", "--key"}, paramLabel = "KEY", description = "The key of all records.")
  String key;

  @Option(names = {"-K", "--key-separator"}, paramLabel = "TEXT",
      description = "Values and lines are key and value with this between them.")
  String keySeparator;

  @Option(names = {"-p", "--partition"}, paramLabel = "N",
      description = "The partition. Otherwise the topic's margay.partitioner chooses it.")
  Integer partition;

  @Option(names = {"-H", "--header"}, paramLabel = "NAME=VALUE", description = "A header of all records; may be repeated.")
  Map<String, String> headers = Map.of();

  @Option(names = {"-f", "--file"}, paramLabel = "FILE", description = "Produce the lines of a file on the broker's machine; needs the role admin.")
  Path file;

  @Option(names = "--json", description = "Print JSON.")
  boolean json;
}
