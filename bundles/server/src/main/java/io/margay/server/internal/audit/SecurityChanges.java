package io.margay.server.internal.audit;

import io.margay.model.acl.AclOperation;
import io.margay.model.acl.AclPermission;
import io.margay.model.acl.PatternType;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.message.AlterClientQuotasRequest;
import io.margay.protocol.message.AlterClientQuotasResponse;
import io.margay.protocol.message.AlterUserScramCredentialsRequest;
import io.margay.protocol.message.AlterUserScramCredentialsResponse;
import io.margay.protocol.message.CreateAclsRequest;
import io.margay.protocol.message.CreateAclsResponse;
import io.margay.protocol.message.CreateDelegationTokenRequest;
import io.margay.protocol.message.CreateDelegationTokenResponse;
import io.margay.protocol.message.DeleteAclsRequest;
import io.margay.protocol.message.DeleteAclsResponse;
import io.margay.protocol.message.ExpireDelegationTokenRequest;
import io.margay.protocol.message.ExpireDelegationTokenResponse;
import io.margay.protocol.message.RenewDelegationTokenRequest;
import io.margay.protocol.message.RenewDelegationTokenResponse;
import io.margay.spi.security.Scram;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** ACLs, users, delegation tokens and quotas. Salts, passwords and the codes of tokens stay where they are. */
final class SecurityChanges {
  private SecurityChanges() { }

  static void createAcls(CreateAclsRequest request, CreateAclsResponse response, Changes changes) {
    for (int i = 0; i < Math.min(request.creations().size(), response.results().size()); i++) {
      CreateAclsRequest.AclCreation c = request.creations().get(i);
      changes.add(word(ResourceType.values(), ResourceType::code, c.resourceType()), c.resourceName(), response.results().get(i).errorCode(), "pattern",
          word(PatternType.values(), PatternType::code, c.resourcePatternType()), "principal", c.principal(), "host", c.host(), "operation",
          word(AclOperation.values(), AclOperation::code, c.operation()), "permission",
          word(AclPermission.values(), AclPermission::code, c.permissionType()));
    }
  }

  static void deleteAcls(DeleteAclsRequest request, DeleteAclsResponse response, Changes changes) {
    response.filterResults().forEach(filter -> {
      if (filter.errorCode() != 0) {
        changes.add("acl", "", filter.errorCode());
      }
      filter.matchingAcls().forEach(a -> changes.add(word(ResourceType.values(), ResourceType::code, a.resourceType()), a.resourceName(), a.errorCode(),
          "pattern", word(PatternType.values(), PatternType::code, a.patternType()), "principal", a.principal(), "host", a.host(), "operation",
          word(AclOperation.values(), AclOperation::code, a.operation()), "permission",
          word(AclPermission.values(), AclPermission::code, a.permissionType())));
    });
  }

  private interface Code<E> {
    byte of(E value);
  }

  private static <E extends Enum<E>> String word(E[] values, Code<E> codes, byte code) {
    for (E value : values) {
      if (codes.of(value) == code) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
      }
    }
    return Byte.toString(code);
  }

  static void alterUsers(AlterUserScramCredentialsRequest request, AlterUserScramCredentialsResponse response, Changes changes) {
    Map<String, Short> codes = new HashMap<>();
    response.results().forEach(r -> codes.put(r.user(), r.errorCode()));
    request.deletions().forEach(d -> changes.add("user", d.name(), codes.getOrDefault(d.name(), (short) 0), "change", "deleted", "mechanism",
        mechanism(d.mechanism())));
    request.upsertions().forEach(u -> changes.add("user", u.name(), codes.getOrDefault(u.name(), (short) 0), "change", "set", "mechanism",
        mechanism(u.mechanism()), "iterations", u.iterations()));
  }

  private static String mechanism(byte code) {
    Scram scram = Scram.forCode(code);
    return scram == null ? Byte.toString(code) : scram.mechanism();
  }

  static void alterQuotas(AlterClientQuotasRequest request, AlterClientQuotasResponse response, Changes changes) {
    if (request.validateOnly()) {
      return;
    }
    for (int i = 0; i < request.entries().size(); i++) {
      AlterClientQuotasRequest.EntryData entry = request.entries().get(i);
      short code = i < response.entries().size() ? response.entries().get(i).errorCode() : 0;
      String entity = entry.entity().stream().map(e -> e.entityType() + "=" + (e.entityName() == null ? "<default>" : e.entityName()))
          .collect(Collectors.joining(", "));
      changes.add("quota", entity, code, "change", entry.ops().stream().map(o -> o.remove() ? o.key() + " removed" : o.key() + "=" + o.value())
          .collect(Collectors.joining(", ")));
    }
  }

  static void createToken(CreateDelegationTokenRequest request, CreateDelegationTokenResponse response, Changes changes) {
    changes.add("delegation-token", response.errorCode() == 0 ? response.tokenId() : "", response.errorCode(), "owner",
        response.errorCode() == 0 ? response.principalType() + ":" + response.principalName() : null);
  }

  static void renewToken(RenewDelegationTokenRequest request, RenewDelegationTokenResponse response, Changes changes) {
    changes.add("delegation-token", "", response.errorCode(), "expires", response.errorCode() == 0 ? response.expiryTimestampMs() : null);
  }

  static void expireToken(ExpireDelegationTokenRequest request, ExpireDelegationTokenResponse response, Changes changes) {
    changes.add("delegation-token", "", response.errorCode(), "expires", response.errorCode() == 0 ? response.expiryTimestampMs() : null);
  }
}
