package io.margay.shell.internal;

import io.margay.model.TopicPartition;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** A place in a partition as a user says it: earliest, latest, an offset, or a time. */
final class Position {
  private enum Kind { OFFSET, TIME }

  private final Kind kind;
  /** An offset, or a time as {@link Offsets} takes it. */
  private final long value;

  private Position(Kind kind, long value) {
    this.kind = kind;
    this.value = value;
  }

  static Position parse(String text) {
    switch (text.toLowerCase(Locale.ROOT)) {
      case "earliest", "beginning", "start":
        return new Position(Kind.TIME, Offsets.EARLIEST);
      case "latest", "end":
        return new Position(Kind.TIME, Offsets.LATEST);
      default:
        break;
    }
    if (text.matches("\\d{1,18}")) {
      return new Position(Kind.OFFSET, Long.parseLong(text));
    }
    Instant time = time(text);
    if (time == null || time.toEpochMilli() < 0) {
      throw new ShellException(text + " is no position; expected earliest, latest, an offset, or a time such as "
          + "2026-01-31T12:00:00Z or 2026-01-31 (UTC)");
    }
    return new Position(Kind.TIME, time.toEpochMilli());
  }

  /** The offsets that it stands for; the end for a time after the last record. Absent where the leader cannot be reached. */
  Map<TopicPartition, Long> resolve(Offsets offsets, Collection<TopicPartition> partitions) throws InterruptedException {
    Map<TopicPartition, Long> result = new HashMap<>();
    if (kind == Kind.OFFSET) {
      partitions.forEach(tp -> result.put(tp, value));
      return result;
    }
    result.putAll(offsets.at(partitions, value));
    if (result.containsValue(-1L)) {
      Map<TopicPartition, Long> ends = offsets.at(partitions, Offsets.LATEST);
      result.replaceAll((tp, offset) -> offset < 0 ? ends.getOrDefault(tp, offset) : offset);
    }
    return result;
  }

  private static Instant time(String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException notWithZone) {
      try {
        return LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
      } catch (DateTimeParseException notWithTime) {
        try {
          return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        } catch (DateTimeParseException noDate) {
          return null;
        }
      }
    }
  }
}
