package io.margay.controller.internal.state;

import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.AclPermission;
import io.margay.model.acl.PatternType;
import io.margay.model.acl.ResourceType;
import io.margay.spi.consensus.StateMachine.UnsupportedCommandException;

/** Rules of authorization as bytes: the codes of type, pattern, operation and permission (int8 each), then name, principal and host. */
final class AclCodec {
  private AclCodec() { }

  static void write(BinaryWriter out, Acl acl) {
    out.int8(acl.type().code()).int8(acl.pattern().code()).int8(acl.operation().code()).int8(acl.permission().code()).text(acl.name())
        .text(acl.principal()).text(acl.host());
  }

  /** @throws UnsupportedCommandException when newer software wrote it: a rule that is not understood must not be left out */
  static Acl read(BinaryReader in) {
    ResourceType type = ResourceType.forCode((byte) in.int8());
    PatternType pattern = PatternType.forCode((byte) in.int8());
    AclOperation operation = AclOperation.forCode((byte) in.int8());
    AclPermission permission = AclPermission.forCode((byte) in.int8());
    if (type == ResourceType.UNKNOWN || pattern == PatternType.UNKNOWN || operation == AclOperation.UNKNOWN
        || permission == AclPermission.UNKNOWN) {
      throw new UnsupportedCommandException("the metadata has an ACL that this software does not know; it was written by newer software,"
          + " install that again");
    }
    return new Acl(type, pattern, in.text(), in.text(), in.text(), operation, permission);
  }
}
