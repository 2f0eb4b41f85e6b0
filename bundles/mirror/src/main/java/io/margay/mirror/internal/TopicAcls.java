package io.margay.mirror.internal;

import io.margay.metadata.ConfigResource;
import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.AclPermission;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
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
  private static final int ACLS_PER_REQUEST = 1_000;

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

  /**
   * Makes those that are missing, then removes those that the source does not have any more. Most are as they were, and the others share requests.
   *
   * @param wanted what mirrors have to have, by their names
   * @return what went wrong, by the name of the mirror
   */
  Map<String, String> align(Map<String, TreeSet<Acl>> wanted) throws IOException, InterruptedException {
    Map<String, String> wrong = new HashMap<>();
    Map<String, Set<Acl>> present = present(wanted.keySet());
    TreeMap<String, Plan> plans = new TreeMap<>();
    Map<String, Set<String>> made = new HashMap<>();
    wanted.forEach((target, acls) -> {
      String text = context.image().config(ConfigResource.topic(target)).getOrDefault(MirrorSettings.ACLS.name(), "");
      made.put(target, text.isEmpty() ? Set.of() : Set.of(text.split(",")));
      plans.put(target, Plan.of(bounded(target, acls, present.get(target), made.get(target)), present.get(target), made.get(target)));
      if (acls.size() > SourceAcls.ACLS_MAX) {
        wrong.put(target, tooMany(acls));
      }
    });
    stop(plans, wrong, store(plans, target -> made.get(target), Plan::before));
    // what allows comes after what denies: without that it would allow too much
    stop(plans, wrong, create(missing(plans, AclPermission.DENY)));
    stop(plans, wrong, create(missing(plans, AclPermission.ALLOW)));
    stop(plans, wrong, delete(plans.values().stream().flatMap(plan -> plan.stale().stream()).toList()));
    stop(plans, wrong, store(plans, target -> plans.get(target).before(), Plan::after));
    return wrong;
  }

  /** What fails is tried again at the next look, from the beginning. */
  private static void stop(Map<String, Plan> plans, Map<String, String> wrong, Map<String, String> failed) {
    failed.forEach((target, why) -> wrong.put(target, "its ACLs cannot follow the source: " + why));
    plans.keySet().removeAll(failed.keySet());
  }

  private static List<Acl> missing(Map<String, Plan> plans, AclPermission permission) {
    return plans.values().stream().flatMap(plan -> plan.missing().stream()).filter(acl -> acl.permission() == permission).toList();
  }

  private Map<String, Set<Acl>> present(Set<String> targets) {
    Map<String, Set<Acl>> present = new HashMap<>();
    targets.forEach(target -> present.put(target, new HashSet<>()));
    for (Acl acl : context.image().acls()) {
      if (acl.type() == ResourceType.TOPIC && acl.pattern() == PatternType.LITERAL && present.containsKey(acl.name())) {
        present.get(acl.name()).add(acl);
      }
    }
    return present;
  }

  /**
   * At most {@link SourceAcls#ACLS_MAX} of what a mirror has to have, besides those that allow and are there already: first all that deny. When
   * these alone are too many, one denies everything, since without one of them the mirror would be more open than its source.
   */
  static TreeSet<Acl> bounded(String target, TreeSet<Acl> wanted, Set<Acl> present, Set<String> made) {
    if (wanted.size() <= SourceAcls.ACLS_MAX) {
      return wanted;
    }
    TreeSet<Acl> bounded = wanted.stream().filter(acl -> acl.permission() == AclPermission.DENY).collect(Collectors.toCollection(TreeSet::new));
    if (bounded.size() > SourceAcls.ACLS_MAX) {
      return new TreeSet<>(Set.of(new Acl(ResourceType.TOPIC, PatternType.LITERAL, target, Acl.ANY_USER, Acl.WILDCARD, AclOperation.ALL,
          AclPermission.DENY)));
    }
    wanted.stream().filter(acl -> present.contains(acl) && made.contains(hash(acl))).forEach(bounded::add);
    wanted.stream().takeWhile(acl -> bounded.size() < SourceAcls.ACLS_MAX).forEach(bounded::add);
    return bounded;
  }

  private static String tooMany(TreeSet<Acl> acls) {
    long denials = acls.stream().filter(acl -> acl.permission() == AclPermission.DENY).count();
    return denials > SourceAcls.ACLS_MAX ? denials + " ACLs of the source deny something of it, at most " + SourceAcls.ACLS_MAX
        + " are carried over; until there are fewer, it is denied to all"
        : acls.size() + " ACLs of the source apply to it, at most " + SourceAcls.ACLS_MAX + " are carried over: all that deny, and some that "
        + "allow";
  }

  private Map<String, String> store(Map<String, Plan> plans, Function<String, Set<String>> now, Function<Plan, TreeSet<String>> next)
      throws IOException, InterruptedException {
    Map<String, String> changed = new TreeMap<>();
    plans.forEach((target, plan) -> {
      TreeSet<String> hashes = next.apply(plan);
      if (!now.apply(target).equals(hashes)) {
        changed.put(target, hashes.isEmpty() ? null : String.join(",", hashes));
      }
    });
    return configs.set(MirrorSettings.ACLS.name(), changed);
  }

  private Map<String, String> create(List<Acl> acls) throws IOException, InterruptedException {
    Map<String, String> failed = new HashMap<>();
    for (List<Acl> some : parts(acls)) {
      LOG.info("Mirrors get ACLs of their sources acls={}", some.size());
      CreateAclsRequest request = new CreateAclsRequest().setCreations(some.stream().map(acl -> new AclCreation()
          .setResourceType(acl.type().code()).setResourceName(acl.name()).setResourcePatternType(acl.pattern().code())
          .setPrincipal(acl.principal()).setHost(acl.host()).setOperation(acl.operation().code())
          .setPermissionType(acl.permission().code())).toList());
      List<CreateAclsResponse.AclCreationResult> results = context.ask(CreateAclsRequest.API, request, new CreateAclsResponse()).results();
      for (int i = 0; i < some.size(); i++) {
        note(failed, some.get(i), results.get(i).errorCode(), results.get(i).errorMessage());
      }
    }
    return failed;
  }

  private Map<String, String> delete(List<Acl> acls) throws IOException, InterruptedException {
    Map<String, String> failed = new HashMap<>();
    for (List<Acl> some : parts(acls)) {
      LOG.info("Mirrors lose ACLs that their sources have lost acls={}", some.size());
      DeleteAclsRequest request = new DeleteAclsRequest().setFilters(some.stream().map(acl -> new DeleteAclsFilter()
          .setResourceTypeFilter(acl.type().code()).setResourceNameFilter(acl.name()).setPatternTypeFilter(acl.pattern().code())
          .setPrincipalFilter(acl.principal()).setHostFilter(acl.host()).setOperation(acl.operation().code())
          .setPermissionType(acl.permission().code())).toList());
      List<DeleteAclsResponse.DeleteAclsFilterResult> results = context.ask(DeleteAclsRequest.API, request, new DeleteAclsResponse())
          .filterResults();
      for (int i = 0; i < some.size(); i++) {
        note(failed, some.get(i), results.get(i).errorCode(), results.get(i).errorMessage());
      }
    }
    return failed;
  }

  private static void note(Map<String, String> failed, Acl acl, short code, String message) {
    if (code != Errors.NONE.code()) {
      failed.put(acl.name(), Errors.forCode(code) + (message == null ? "" : ": " + message));
    }
  }

  private static List<List<Acl>> parts(List<Acl> acls) {
    List<List<Acl>> parts = new ArrayList<>();
    for (int i = 0; i < acls.size(); i += ACLS_PER_REQUEST) {
      parts.add(acls.subList(i, Math.min(acls.size(), i + ACLS_PER_REQUEST)));
    }
    return parts;
  }
}
