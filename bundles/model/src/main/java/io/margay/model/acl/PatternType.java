package io.margay.model.acl;

/** How the name in a rule or a filter stands for names of resources. A constant's ordinal is its code on the wire. */
public enum PatternType {
  /** A code that this version does not know. */
  UNKNOWN,
  /** In filters: any pattern type, with the same name. */
  ANY,
  /** In filters: all rules that apply to the resource of that name. */
  MATCH,
  /** The name itself; {@link Acl#WILDCARD} stands for all names. */
  LITERAL,
  /** All names that begin with it. */
  PREFIXED;

  private static final PatternType[] BY_CODE = values();

  /** @return the code on the wire */
  public byte code() {
    return (byte) ordinal();
  }

  /**
   * @param code a code on the wire
   * @return the pattern type, or {@link #UNKNOWN}
   */
  public static PatternType forCode(byte code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : UNKNOWN;
  }
}
