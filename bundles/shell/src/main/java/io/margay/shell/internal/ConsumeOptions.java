package io.margay.shell.internal;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Arguments of {@code consume}, filled by the parser. */
final class ConsumeOptions {
  /** How records are printed. */
  enum Format {
    /** The value, as text. */
    text,
    /** One JSON object a line, with all that a record has. */
    json
  }

  @Parameters(index = "0", paramLabel = "TOPIC", description = "Where from.")
  String topic;

  @Option(names = {"-p", "--partition"}, paramLabel = "N", description = "Only this partition.")
  Integer partition;

  @Option(names = {"-o", "--offset"}, paramLabel = "OFFSET",
      description = "Where to start: earliest, latest, an offset, or a time such as 2026-01-31T12:00:00Z (default: earliest, or "
          + "what the group has committed).")
  String offset;

  @Option(names = {"-n", "--count"}, paramLabel = "N", description = "Stop after so many records, 1 or more.")
  Long count;

  @Option(names = {"-g", "--group"}, paramLabel = "GROUP",
      description = "Start where this group has committed, and commit at the end. The group must have no members.")
  String group;

  @Option(names = {"-f", "--follow"}, description = "Wait for new records, until interrupted.")
  boolean follow;

  @Option(names = "--format", paramLabel = "FORMAT", defaultValue = "text",
      description = "text: the values; json: an object a line.")
  Format format;

  @Option(names = {"-k", "--keys"}, description = "Print the key and a tab before the value.")
  boolean keys;

  @Option(names = {"-v", "--verbose"}, description = "Print partition, offset, time and headers, too.")
  boolean verbose;
}
