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
 */
public record ClusterSettings(Map<ConfigResource, Map<String, String>> configs, Map<String, Short> features, List<Acl> acls) { }
