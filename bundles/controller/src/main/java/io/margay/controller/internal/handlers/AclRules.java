package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.Texts;
import io.margay.controller.internal.state.RefusedException;
import io.margay.model.acl.Acl;
import io.margay.model.acl.AclFilter;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.AclPermission;
import io.margay.model.acl.PatternType;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.spi.security.AuthorizerSettings;

/** What a rule or a filter must look like. */
final class AclRules {
  /** The texts of one rule; longer ones stand for nothing that a client could have. */
  private static final int MAX_TEXT = 1024;

  private AclRules() { }

  /** Refuses requests about ACLs where nothing uses them. */
  static boolean used(ControllerRuntime controller) {
    return !controller.settings().get(AuthorizerSettings.AUTHORIZER_CLASS_NAME).isBlank();
  }

  /** Refuses rules that no authorizer could apply. */
  static void check(Acl acl) {
    if (acl.type() == ResourceType.CLUSTER && !acl.name().equals(Acl.CLUSTER_NAME)) {
      throw new RefusedException(Errors.INVALID_REQUEST, "The only valid name for the CLUSTER resource is " + Acl.CLUSTER_NAME);
    } else if (acl.name().isEmpty()) {
      throw new RefusedException(Errors.INVALID_REQUEST, "Invalid empty resource name");
    } else if (acl.type() == ResourceType.UNKNOWN || acl.type() == ResourceType.ANY) {
      throw new RefusedException(Errors.INVALID_REQUEST, "Invalid resourceType " + acl.type());
    } else if (acl.pattern() != PatternType.LITERAL && acl.pattern() != PatternType.PREFIXED) {
      throw new RefusedException(Errors.INVALID_REQUEST, "Invalid patternType " + acl.pattern());
    } else if (acl.operation() == AclOperation.UNKNOWN || acl.operation() == AclOperation.ANY) {
      throw new RefusedException(Errors.INVALID_REQUEST, "Invalid operation " + acl.operation());
    } else if (acl.permission() != AclPermission.ALLOW && acl.permission() != AclPermission.DENY) {
      throw new RefusedException(Errors.INVALID_REQUEST, "Invalid permissionType " + acl.permission());
    } else if (acl.principal().indexOf(':') < 0) {
      throw new RefusedException(Errors.INVALID_REQUEST, "Could not parse principal from `" + Texts.shown(acl.principal())
          + "` (no colon is present separating the principal type from the principal name)");
    } else if (acl.name().length() > MAX_TEXT || acl.principal().length() > MAX_TEXT || acl.host().length() > MAX_TEXT) {
      throw new RefusedException(Errors.INVALID_REQUEST, "Name, principal and host have at most " + MAX_TEXT + " characters each");
    }
  }

  /** Refuses filters that cannot be meant. */
  static void check(AclFilter filter) {
    if (filter.type() == ResourceType.UNKNOWN || filter.pattern() == PatternType.UNKNOWN) {
      throw new RefusedException(Errors.INVALID_REQUEST, "Unknown patternFilter.");
    } else if (filter.operation() == AclOperation.UNKNOWN || filter.permission() == AclPermission.UNKNOWN) {
      throw new RefusedException(Errors.INVALID_REQUEST, "Unknown entryFilter.");
    }
  }
}
