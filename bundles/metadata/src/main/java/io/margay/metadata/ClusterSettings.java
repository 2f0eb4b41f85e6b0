package io.margay.metadata;

import io.margay.model.acl.Acl;
import java.util.List;
import java.util.Map;

/**
 * What was set for the cluster or parts of it.
 *
 * @param configs overrides by resource; a resource without overrides is absent
 * @param features finalised feature levels by name
 * @param acls the rules of authorization, each once, in their natural order; the same object as in the image before when none changed
 * @param tokens the delegation tokens by id, also those that have expired and were not removed yet
 */
public record ClusterSettings(Map<ConfigResource, Map<String, String>> configs, Map<String, Short> features, List<Acl> acls,
    Map<String, DelegationToken> tokens) {
  /**
   * Settings without delegation tokens.
   *
   * @param configs overrides by resource
   * @param features finalised feature levels by name
   * @param acls the rules of authorization
   */
  public ClusterSettings(Map<ConfigResource, Map<String, String>> configs, Map<String, Short> features, List<Acl> acls) {
    this(configs, features, acls, Map.of());
  }
}
