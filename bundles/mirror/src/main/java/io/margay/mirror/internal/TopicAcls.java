package io.margay.mirror.internal;

import io.margay.metadata.ConfigResource;
import io.margay.model.acl.Acl;
import io.margay.model.acl.PatternType;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.message.CreateAclsRequest;
import io.margay.protocol.message.CreateAclsRequest.AclCreation;
import io.margay.protocol.message.CreateAclsResponse;
import io.margay.protocol.message.DeleteAclsRequest;
import io.margay.protocol.message.DeleteAclsRequest.DeleteAclsFilter;
import io.margay.protocol.message.DeleteAclsResponse;
import io.margay.spi.security.AuthorizerSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the ACLs of mirrors as those of their sources. An ACL that an administrator has made here stays: which ones a link has made is in the
 * topic's setting {@code margay.mirror.acls}, as hashes. They are stored before the ACLs are made, so that none is forgotten.
 */
final class TopicAcls {
  private static final Logger LOG = LoggerFactory.getLogger(TopicAcls.class);
  private static final int HASH_BYTES = 8;

  private final MirrorContext context;
  private final TopicConfigs configs;

  TopicAcls(MirrorContext context) {
    this.context = context;
    this.configs = new TopicConfigs(context);
  }

  /** Whether this cluster has an authorizer. */
  boolean used() {
    return !context.settings().get(AuthorizerSettings.AUTHORIZER_CLASS_NAME).isBlank();
  }

  /** What is to be done for a mirror. */
  record Plan(TreeSet<Acl> missing, TreeSet<Acl> stale, TreeSet<String> before, TreeSet<String> after) {
    /**
     * Compares.
     *
     * @param wanted what the mirror has to have
     * @param present the ACLs for its name alone
     * @param made hashes of those that a link has made
     */
    static Plan of(Set<Acl> wanted, Set<Acl> present, Set<String> made) {
      TreeSet<Acl> missing = new TreeSet<>(wanted);
      missing.removeAll(present);
      TreeSet<Acl> stale = new TreeSet<>(present);
      stale.removeIf(acl -> wanted.contains(acl) || !made.contains(hash(acl)));
      TreeSet<String> after = wanted.stream().filter(acl -> missing.contains(acl) || made.contains(hash(acl))).map(TopicAcls::hash)
          .collect(Collectors.toCollection(TreeSet::new));
      TreeSet<String> before = new TreeSet<>(after);
      before.addAll(made);
      return new Plan(missing, stale, before, after);
    }
  }

  static String hash(Acl acl) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(String.join("\n", acl.principal(), acl.host(), acl.operation().name(),
          acl.permission().name()).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Makes those that are missing, then removes those that the source does not have any more. Returns what went wrong, or null. */
  String align(String target, TreeSet<Acl> wanted) throws IOException, InterruptedException {
    if (wanted.size() > SourceAcls.ACLS_MAX) {
      return wanted.size() + " ACLs of the source apply to it, at most " + SourceAcls.ACLS_MAX + " are carried over; its own are left as they "
          + "are";
    }
    Set<Acl> present = context.image().acls().stream().filter(acl -> acl.type() == ResourceType.TOPIC && acl.pattern() == PatternType.LITERAL
        && acl.name().equals(target)).collect(Collectors.toSet());
    String text = context.image().config(ConfigResource.topic(target)).getOrDefault(MirrorSettings.ACLS.name(), "");
    Set<String> made = text.isEmpty() ? Set.of() : Set.of(text.split(","));
    Plan plan = Plan.of(wanted, present, made);
    String wrong = store(target, made, plan.before());
    if (wrong == null && !plan.missing().isEmpty()) {
      LOG.info("A mirror gets ACLs of its source topic={} acls={}", target, plan.missing().size());
      wrong = create(plan.missing());
    }
    if (wrong == null && !plan.stale().isEmpty()) {
      LOG.info("A mirror loses ACLs that its source has lost topic={} acls={}", target, plan.stale().size());
      wrong = delete(plan.stale());
    }
    return wrong != null ? "its ACLs cannot follow the source: " + wrong : store(target, plan.before(), plan.after());
  }

  private String store(String target, Set<String> now, TreeSet<String> next) throws IOException, InterruptedException {
    return now.equals(next) ? null : configs.set(target, MirrorSettings.ACLS.name(), next.isEmpty() ? null : String.join(",", next));
  }

  private String create(TreeSet<Acl> acls) throws IOException, InterruptedException {
    CreateAclsRequest request = new CreateAclsRequest().setCreations(acls.stream().map(acl -> new AclCreation()
        .setResourceType(acl.type().code()).setResourceName(acl.name()).setResourcePatternType(acl.pattern().code())
        .setPrincipal(acl.principal()).setHost(acl.host()).setOperation(acl.operation().code())
        .setPermissionType(acl.permission().code())).toList());
    for (var result : context.ask(CreateAclsRequest.API, request, new CreateAclsResponse()).results()) {
      if (result.errorCode() != Errors.NONE.code()) {
        return Errors.forCode(result.errorCode()) + (result.errorMessage() == null ? "" : ": " + result.errorMessage());
      }
    }
    return null;
  }

  private String delete(TreeSet<Acl> acls) throws IOException, InterruptedException {
    DeleteAclsRequest request = new DeleteAclsRequest().setFilters(acls.stream().map(acl -> new DeleteAclsFilter()
        .setResourceTypeFilter(acl.type().code()).setResourceNameFilter(acl.name()).setPatternTypeFilter(acl.pattern().code())
        .setPrincipalFilter(acl.principal()).setHostFilter(acl.host()).setOperation(acl.operation().code())
        .setPermissionType(acl.permission().code())).toList());
    for (var result : context.ask(DeleteAclsRequest.API, request, new DeleteAclsResponse()).filterResults()) {
      if (result.errorCode() != Errors.NONE.code()) {
        return Errors.forCode(result.errorCode()) + (result.errorMessage() == null ? "" : ": " + result.errorMessage());
      }
    }
    return null;
  }
}
