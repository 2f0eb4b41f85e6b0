package io.margay.model.acl;

import static io.margay.model.acl.AclOperation.ALTER;
import static io.margay.model.acl.AclOperation.ALTER_CONFIGS;
import static io.margay.model.acl.AclOperation.CLUSTER_ACTION;
import static io.margay.model.acl.AclOperation.CREATE;
import static io.margay.model.acl.AclOperation.CREATE_TOKENS;
import static io.margay.model.acl.AclOperation.DELETE;
import static io.margay.model.acl.AclOperation.DESCRIBE;
import static io.margay.model.acl.AclOperation.DESCRIBE_CONFIGS;
import static io.margay.model.acl.AclOperation.DESCRIBE_TOKENS;
import static io.margay.model.acl.AclOperation.IDEMPOTENT_WRITE;
import static io.margay.model.acl.AclOperation.READ;
import static io.margay.model.acl.AclOperation.TWO_PHASE_COMMIT;
import static io.margay.model.acl.AclOperation.WRITE;

import java.util.List;

/** The kinds of things that rules protect. A constant's ordinal is its code on the wire. */
public enum ResourceType {
  /** A code that this version does not know. */
  UNKNOWN,
  /** In filters: any kind. */
  ANY,
  /** A topic, by name. */
  TOPIC(READ, WRITE, CREATE, DESCRIBE, DELETE, ALTER, DESCRIBE_CONFIGS, ALTER_CONFIGS),
  /** A group, by id. */
  GROUP(READ, DESCRIBE, DELETE, DESCRIBE_CONFIGS, ALTER_CONFIGS),
  /** The cluster, whose name is {@link Acl#CLUSTER_NAME}. */
  CLUSTER(CREATE, CLUSTER_ACTION, DESCRIBE_CONFIGS, ALTER_CONFIGS, IDEMPOTENT_WRITE, ALTER, DESCRIBE),
  /** A transactional id. */
  TRANSACTIONAL_ID(DESCRIBE, WRITE, TWO_PHASE_COMMIT),
  /** A delegation token, by id. */
  DELEGATION_TOKEN(DESCRIBE),
  /** A user, by its principal. */
  USER(CREATE_TOKENS, DESCRIBE_TOKENS);

  private static final ResourceType[] BY_CODE = values();

  private final List<AclOperation> operations;

  ResourceType(AclOperation... operations) {
    this.operations = List.of(operations);
  }

  /** @return the operations that make sense for a resource of this kind */
  public List<AclOperation> operations() {
    return operations;
  }

  /** @return the code on the wire */
  public byte code() {
    return (byte) ordinal();
  }

  /**
   * @param code a code on the wire
   * @return the kind, or {@link #UNKNOWN}
   */
  public static ResourceType forCode(byte code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : UNKNOWN;
  }
}
