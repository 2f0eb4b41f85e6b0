package io.margay.model.acl;

/** What a rule says. A constant's ordinal is its code on the wire. */
public enum AclPermission {
  /** A code that this version does not know. */
  UNKNOWN,
  /** In filters: any. */
  ANY,
  /** Forbids, whatever other rules say. */
  DENY,
  /** Allows, unless another rule denies. */
  ALLOW;

  private static final AclPermission[] BY_CODE = values();

  /** @return the code on the wire */
  public byte code() {
    return (byte) ordinal();
  }

  /**
   * @param code a code on the wire
   * @return the permission, or {@link #UNKNOWN}
   */
  public static AclPermission forCode(byte code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : UNKNOWN;
  }
}
