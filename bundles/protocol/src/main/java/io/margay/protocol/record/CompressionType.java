package io.margay.protocol.record;

import java.util.Locale;

/** Codec of the records of a batch, with the id of the attribute bits and the levels that its configuration allows. */
public enum CompressionType {
  NONE(0, 0, 0, 0),
  GZIP(1, 1, 9, -1),
  SNAPPY(2, 0, 0, 0),
  LZ4(3, 1, 17, 9),
  ZSTD(4, -131072, 22, 3);

  private static final CompressionType[] BY_ID = values();

  private final byte id;
  private final int minLevel;
  private final int maxLevel;
  private final int defaultLevel;

  CompressionType(int id, int minLevel, int maxLevel, int defaultLevel) {
    this.id = (byte) id;
    this.minLevel = minLevel;
    this.maxLevel = maxLevel;
    this.defaultLevel = defaultLevel;
  }

  /** Value of the attribute bits 0 to 2. */
  public byte id() {
    return id;
  }

  /** Name as used in configuration: lower case. */
  public String configName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public int minLevel() {
    return minLevel;
  }

  public int maxLevel() {
    return maxLevel;
  }

  /** Level used when none is configured; for gzip -1, which is outside the range and lets zlib choose. */
  public int defaultLevel() {
    return defaultLevel;
  }

  /** True if the level may be given to a builder. Codecs without levels accept only their default, 0. */
  public boolean isLevelValid(int level) {
    return level == defaultLevel || (level >= minLevel && level <= maxLevel);
  }

  /** True if the id names a codec. */
  public static boolean isKnown(int id) {
    return id >= 0 && id < BY_ID.length;
  }

  /**
   * The codec of an id.
   *
   * @throws InvalidRecordBatchException with reason UNSUPPORTED_COMPRESSION_TYPE when there is none
   */
  public static CompressionType forId(int id) {
    if (!isKnown(id)) {
      throw new InvalidRecordBatchException(InvalidRecordBatchException.Reason.UNSUPPORTED_COMPRESSION_TYPE,
          "compression type " + id + " is unknown, expected 0 to " + (BY_ID.length - 1));
    }
    return BY_ID[id];
  }

  /**
   * The codec of a configured name such as {@code zstd}; case does not matter.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static CompressionType forName(String name) {
    for (CompressionType type : BY_ID) {
      if (type.name().equalsIgnoreCase(name)) {
        return type;
      }
    }
    throw new IllegalArgumentException("unknown compression type " + name);
  }
}
