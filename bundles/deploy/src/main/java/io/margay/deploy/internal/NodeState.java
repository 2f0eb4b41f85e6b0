package io.margay.deploy.internal;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/**
 * Which bundles run and which of their components are satisfied, at one moment.
 *
 * @param running names of bundles that are started
 * @param satisfied components that work, as bundle and name
 * @param waiting components that do not, with what they wait for
 * @param failed components whose activation failed, with the reason
 */
record NodeState(Set<String> running, Set<String> satisfied, Map<String, String> waiting, Map<String, String> failed) {
  /** @param context of the framework itself, which outlives every bundle */
  static NodeState read(BundleContext context) {
    NodeState state = new NodeState(new HashSet<>(), new HashSet<>(), new TreeMap<>(), new TreeMap<>());
    for (Bundle b : context.getBundles()) {
      boolean lazy = b.getState() == Bundle.STARTING && b.getHeaders("").get(Constants.BUNDLE_ACTIVATIONPOLICY) != null;
      if (b.getState() == Bundle.ACTIVE || lazy) {
        state.running.add(b.getSymbolicName());
      }
    }
    ServiceReference<ServiceComponentRuntime> reference = context.getServiceReference(ServiceComponentRuntime.class);
    ServiceComponentRuntime components = reference == null ? null : context.getService(reference);
    if (components != null) {
      for (ComponentDescriptionDTO description : components.getComponentDescriptionDTOs()) {
        if (components.isComponentEnabled(description)) {
          components.getComponentConfigurationDTOs(description).forEach(c -> state.add(description, c));
        }
      }
      context.ungetService(reference);
    }
    return state;
  }

  private void add(ComponentDescriptionDTO description, ComponentConfigurationDTO c) {
    String key = description.bundle.symbolicName + "/" + description.name;
    switch (c.state) {
      case ComponentConfigurationDTO.SATISFIED, ComponentConfigurationDTO.ACTIVE -> satisfied.add(key);
      case ComponentConfigurationDTO.FAILED_ACTIVATION -> failed.put(key, firstLine(c.failure));
      case ComponentConfigurationDTO.UNSATISFIED_REFERENCE -> waiting.put(key, Stream.of(c.unsatisfiedReferences)
          .map(r -> r.name).collect(Collectors.joining(", ")));
      default -> waiting.put(key, "its configuration");
    }
  }

  private static String firstLine(String failure) {
    List<String> lines = failure == null ? List.of("") : failure.lines().map(String::strip).toList();
    // the last cause is what the author of the bundle knows
    return lines.stream().filter(l -> l.startsWith("Caused by: ")).reduce((a, b) -> b).map(l -> l.substring("Caused by: ".length()))
        .orElse(lines.isEmpty() ? "" : lines.get(0));
  }

  /**
   * What worked before and does not now.
   *
   * @param before the state before a change
   * @param changes the bundles that were changed: they may have other components now, or be gone
   * @return a reason in each element; empty when all works
   */
  List<String> missing(NodeState before, List<Change> changes) {
    Set<String> replaced = changes.stream().map(Change::name).collect(Collectors.toSet());
    List<String> missing = new ArrayList<>();
    for (String bundle : new TreeSet<>(before.running)) {
      if (!running.contains(bundle) && !replaced.contains(bundle)) {
        missing.add(bundle + " does not run any more");
      }
    }
    for (String component : new TreeSet<>(before.satisfied)) {
      if (waiting.containsKey(component) && !satisfied.contains(component)) {
        missing.add(component + " waits for " + waiting.get(component));
      } else if (!satisfied.contains(component) && !failed.containsKey(component) && !replaced.contains(bundleOf(component))) {
        missing.add(component + " is not there any more");
      }
    }
    missing.addAll(failures(before));
    return missing;
  }

  /** Components that failed since then: waiting does not help. */
  List<String> failures(NodeState before) {
    List<String> failures = new ArrayList<>();
    failed.forEach((component, why) -> {
      if (!before.failed.containsKey(component)) {
        failures.add(component + " failed: " + why);
      }
    });
    return failures;
  }

  private static String bundleOf(String component) {
    return component.substring(0, component.indexOf('/'));
  }
}
