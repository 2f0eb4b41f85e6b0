package io.margay.launcher;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/**
 * Reports which components wait for what. It uses reflection, because the types of Declarative Services belong to a bundle and are
 * not on the launcher's class path.
 */
final class Diagnosis {
  private static final String RUNTIME = "org.osgi.service.component.runtime.ServiceComponentRuntime";
  private static final int UNSATISFIED_CONFIGURATION = 1;
  private static final int UNSATISFIED_REFERENCE = 2;
  private static final int FAILED_ACTIVATION = 16;

  private Diagnosis() {}

  /** One line for each component that is enabled and not satisfied. */
  static List<String> unsatisfied(BundleContext context) {
    ServiceReference<?> reference = context.getServiceReference(RUNTIME);
    if (reference == null) {
      return List.of("Declarative Services do not run");
    }
    List<String> lines = new ArrayList<>();
    try {
      Object runtime = context.getService(reference);
      Class<?> api = runtime.getClass().getClassLoader().loadClass(RUNTIME);
      var descriptionsOf = api.getMethod("getComponentDescriptionDTOs", org.osgi.framework.Bundle[].class);
      for (Object description : (Collection<?>) descriptionsOf.invoke(runtime, (Object) context.getBundles())) {
        var configurationsOf = api.getMethod("getComponentConfigurationDTOs", description.getClass());
        for (Object configuration : (Collection<?>) configurationsOf.invoke(runtime, description)) {
          describe((String) field(description, "name"), configuration, lines);
        }
      }
    } catch (ReflectiveOperationException e) {
      lines.add("cannot ask Declarative Services: " + e);
    }
    return lines;
  }

  private static void describe(String name, Object configuration, List<String> lines) throws ReflectiveOperationException {
    int state = (int) field(configuration, "state");
    if (state == UNSATISFIED_CONFIGURATION) {
      lines.add(name + " waits for its configuration");
    } else if (state == UNSATISFIED_REFERENCE) {
      Object references = field(configuration, "unsatisfiedReferences");
      for (int i = 0; i < Array.getLength(references); i++) {
        Object reference = Array.get(references, i);
        lines.add(name + " waits for " + field(reference, "name") + " " + field(reference, "target"));
      }
    } else if (state == FAILED_ACTIVATION) {
      String failure = (String) field(configuration, "failure");
      lines.add(name + " failed: " + failure.lines().findFirst().orElse(""));
    }
  }

  private static Object field(Object dto, String name) throws ReflectiveOperationException {
    return dto.getClass().getField(name).get(dto);
  }
}
