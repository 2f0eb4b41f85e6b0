package io.margay.mirror.internal;

import java.util.Map;

/** What a link does on this broker, for JMX: {@code io.margay:type=MirrorLink,name=LINK}. Its own partitions alone: other brokers show theirs. */
public interface LinkMXBean {
  /** A partition that this broker mirrors. Numbers that are not known are -1. */
  interface PartitionMetrics {
    /** @return checking, mirroring, waiting, diverged or stopped */
    String getState();

    /** @return what is wrong, in words; empty when nothing is */
    String getProblem();

    /** @return end of the mirror's log, or the position at the source */
    long getOffset();

    /** @return end of the source's log */
    long getSourceOffset();

    /** @return offsets that are missing */
    long getLagRecords();

    /** @return age of the newest mirrored record while something is missing, in milliseconds */
    long getLagMs();

    /** @return what was mirrored lately */
    long getBytesPerSecond();

    /** @return how often something failed */
    long getErrors();

    /** @return offsets that the source had deleted before they were mirrored */
    long getSkipped();

    /** @return when records were mirrored last, milliseconds since the epoch */
    long getLastProgressMs();
  }

  /** @return running, paused or waiting */
  String getState();

  /** @return what is wrong, in words; empty when nothing is */
  String getProblem();

  /** @return offsets that all partitions together lack, as far as it is known */
  long getLagRecords();

  /** @return the largest lag of a partition in milliseconds, as far as it is known */
  long getLagMs();

  /** @return what was mirrored lately, all partitions together */
  long getBytesPerSecond();

  /** @return how often something failed */
  long getErrors();

  /** @return offsets that the source had deleted before they were mirrored */
  long getSkipped();

  /** @return when records were mirrored last, milliseconds since the epoch; -1 when none were */
  long getLastProgressMs();

  /** @return the partitions, by TOPIC:PARTITION */
  Map<String, PartitionMetrics> getPartitions();
}
