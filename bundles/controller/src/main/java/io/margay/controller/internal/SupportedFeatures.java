package io.margay.controller.internal;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The feature levels that this software can finalise. A level is listed only when what it stands for works. */
public final class SupportedFeatures {
  /** The feature that the version of the metadata stands for. */
  public static final String METADATA_VERSION = "metadata.version";
  /** Level of metadata.version in Kafka 4.4. */
  public static final short METADATA_VERSION_HIGHEST = 33;
  /** Lowest level of metadata.version that Kafka 4.4 supports. */
  public static final short METADATA_VERSION_LOWEST = 7;
  /** The protocol of transactions: from level 2 on, producers get an epoch for each transaction and add no partitions (KIP-890). */
  public static final String TRANSACTION_VERSION = "transaction.version";
  /** Level of transaction.version in Kafka 4.4. */
  public static final short TRANSACTION_VERSION_HIGHEST = 2;
  /** The protocols of groups: from level 1 on, members may follow the consumer protocol (KIP-848). */
  public static final String GROUP_VERSION = "group.version";
  /** Level of group.version in Kafka 4.4. */
  public static final short GROUP_VERSION_HIGHEST = 1;
  /** Share groups: from level 1 on they are served (KIP-932). */
  public static final String SHARE_VERSION = "share.version";
  /** Level of share.version in Kafka 4.4: from level 2 on, share groups may have dead letter queues (KIP-1191). */
  public static final short SHARE_VERSION_HIGHEST = 2;
  /** Streams groups: from level 1 on they are served (KIP-1071). */
  public static final String STREAMS_VERSION = "streams.version";
  /** Level of streams.version in Kafka 4.4. */
  public static final short STREAMS_VERSION_HIGHEST = 1;

  /**
   * Levels of one feature.
   *
   * @param lowest inclusive; 0 when a cluster may do without the feature
   * @param highest inclusive
   */
  public record Range(short lowest, short highest) {
    /** Whether a cluster may return to a lower level: nothing that is stored depends on it. */
    public boolean mayFall() {
      return lowest == 0;
    }
  }

  private static final SortedMap<String, Range> SUPPORTED = Collections.unmodifiableSortedMap(new TreeMap<>(
      Map.of(METADATA_VERSION, new Range(METADATA_VERSION_LOWEST, METADATA_VERSION_HIGHEST),
          TRANSACTION_VERSION, new Range((short) 0, TRANSACTION_VERSION_HIGHEST),
          GROUP_VERSION, new Range((short) 0, GROUP_VERSION_HIGHEST),
          SHARE_VERSION, new Range((short) 0, SHARE_VERSION_HIGHEST),
          STREAMS_VERSION, new Range((short) 0, STREAMS_VERSION_HIGHEST))));

  private SupportedFeatures() { }

  /** What can be finalised, by name. */
  public static SortedMap<String, Range> supported() {
    return SUPPORTED;
  }

  /** The levels of a new cluster. */
  public static SortedMap<String, Short> forNewCluster() {
    SortedMap<String, Short> levels = new TreeMap<>();
    SUPPORTED.forEach((name, range) -> levels.put(name, range.highest()));
    return levels;
  }
}
