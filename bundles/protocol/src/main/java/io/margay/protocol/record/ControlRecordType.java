package io.margay.protocol.record;

/** Types of control records, as they stand in the key. */
public enum ControlRecordType {
  ABORT(0),
  COMMIT(1),
  LEADER_CHANGE(2),
  SNAPSHOT_HEADER(3),
  SNAPSHOT_FOOTER(4),
  KRAFT_VERSION(5),
  KRAFT_VOTERS(6),
  /** A type that a later version defines; consumers skip it. */
  UNKNOWN(-1);

  private static final ControlRecordType[] TYPES = values();

  private final short id;

  ControlRecordType(int id) {
    this.id = (short) id;
  }

  public short id() {
    return id;
  }

  /** The type of an id, or {@link #UNKNOWN}. */
  public static ControlRecordType forId(short id) {
    return id >= 0 && id < TYPES.length - 1 ? TYPES[id] : UNKNOWN;
  }
}
