package io.margay.spi.controller;

import io.margay.spi.config.SettingValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The maximum number of replicas on one broker: {@code margay.max.partitions.per.broker}, or what the heap and the file descriptors
 * of this process allow. The controller refuses to create more. Existing replicas are opened up to {@link #derivedOpen}, so that
 * older data, or a smaller heap than before, do not end the process.
 */
public final class PartitionLimit {
  /** Heap that a replica takes, measured with idle partitions, and rounded up. */
  private static final long HEAP_BYTES_EACH = 10_000;
  /** The part of the heap that replicas may take: one in four bytes. */
  private static final long HEAP_SHARE = 4;
  /** The part of the descriptors that replicas may take: one in two. A replica in use has one open file. */
  private static final long DESCRIPTOR_SHARE = 2;

  private static final int DERIVED = derive(Runtime.getRuntime().maxMemory(), descriptors(Path.of("/proc/self/limits")));

  private PartitionLimit() { }

  /** The limit of this broker; at least 1. */
  public static int of(SettingValues settings) {
    int limit = settings.get(LimitSettings.MARGAY_MAX_PARTITIONS_PER_BROKER);
    return limit >= 0 ? limit : DERIVED;
  }

  /** How many replicas the heap has room for, with half of it left for everything else. */
  public static int derivedOpen() {
    return derive(2 * Math.min(Runtime.getRuntime().maxMemory(), Long.MAX_VALUE / 2), Long.MAX_VALUE);
  }

  /**
   * Derives the limit from the resources of a process.
   *
   * @param heapBytes the largest heap
   * @param descriptors the files that it may open
   */
  static int derive(long heapBytes, long descriptors) {
    long limit = Math.min(heapBytes / HEAP_SHARE / HEAP_BYTES_EACH, descriptors / DESCRIPTOR_SHARE);
    return (int) Math.max(100, Math.min(limit, Integer.MAX_VALUE));
  }

  /** The soft limit of open files in the form of Linux; unlimited where there is no such file. */
  static long descriptors(Path limits) {
    try {
      for (String line : Files.readAllLines(limits)) {
        if (line.startsWith("Max open files")) {
          String soft = line.substring("Max open files".length()).strip().split("\\s+")[0];
          return soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft);
        }
      }
    } catch (IOException | NumberFormatException e) {
      // Not Linux: the heap alone decides.
      return Long.MAX_VALUE;
    }
    return Long.MAX_VALUE;
  }
}
