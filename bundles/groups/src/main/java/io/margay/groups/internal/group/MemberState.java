package io.margay.groups.internal.group;

/**
 * What the coordinator waits for before a member has what the target assignment gives it.
 *
 * <pre>
 *              the target takes partitions away             it no longer owns them
 *   STABLE --------------------------------> UNREVOKED --------------------------> STABLE or UNRELEASED
 *     ^  |   the target gives partitions that others have
 *     |  +--------------------------------> UNRELEASED
 *     +------- others have released them -------+
 * </pre>
 */
public enum MemberState {
  /** It has its target, or a new target has not been looked at. */
  STABLE(0),
  /** It is to give partitions back, and stays in its epoch until then. */
  UNREVOKED(1),
  /** It is in the epoch of the target and waits for partitions that others have not given back. */
  UNRELEASED(2);

  private final byte code;

  MemberState(int code) {
    this.code = (byte) code;
  }

  /** @return the code in the log */
  public byte code() {
    return code;
  }

  /**
   * @param code a code in the log
   * @return the state; STABLE for an unknown one, from which everything follows again
   */
  public static MemberState forCode(byte code) {
    for (MemberState state : values()) {
      if (state.code == code) {
        return state;
      }
    }
    return STABLE;
  }
}
