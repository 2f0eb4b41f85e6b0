package io.margay.model.acl;

/** What a client wants to do, or a rule is about. A constant's ordinal is its code on the wire, and its bit in sets of operations. */
public enum AclOperation {
  /** A code that this version does not know. */
  UNKNOWN,
  /** In filters: any operation. */
  ANY,
  /** In rules: every operation. */
  ALL,
  /** Read records, or take part in a group. */
  READ,
  /** Write records, or use a transactional id. */
  WRITE,
  /** Create topics. */
  CREATE,
  /** Delete topics, records or groups. */
  DELETE,
  /** Alter a resource. */
  ALTER,
  /** See that a resource exists, and what it looks like. */
  DESCRIBE,
  /** What brokers do among themselves. */
  CLUSTER_ACTION,
  /** See settings. */
  DESCRIBE_CONFIGS,
  /** Change settings. */
  ALTER_CONFIGS,
  /** Get a producer id without the right to write to any topic. */
  IDEMPOTENT_WRITE,
  /** Create delegation tokens for others. */
  CREATE_TOKENS,
  /** See the delegation tokens of others. */
  DESCRIBE_TOKENS,
  /** Take part in a two-phase commit. */
  TWO_PHASE_COMMIT;

  private static final AclOperation[] BY_CODE = values();

  /** @return the code on the wire */
  public byte code() {
    return (byte) ordinal();
  }

  /** @return the bit that stands for the operation in a set of operations */
  public int bit() {
    return 1 << ordinal();
  }

  /**
   * @param code a code on the wire
   * @return the operation, or {@link #UNKNOWN}
   */
  public static AclOperation forCode(byte code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : UNKNOWN;
  }

  /**
   * Whether a rule that allows this operation allows another one, too. Rules that deny imply nothing.
   *
   * @param other the operation that a client asks for
   * @return whether it is included
   */
  public boolean implies(AclOperation other) {
    if (this == other || this == ALL) {
      return true;
    }
    return switch (this) {
      case READ, WRITE, DELETE, ALTER -> other == DESCRIBE;
      case ALTER_CONFIGS -> other == DESCRIBE_CONFIGS;
      default -> false;
    };
  }
}
