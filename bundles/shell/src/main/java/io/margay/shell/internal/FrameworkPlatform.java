package io.margay.shell.internal;

import io.margay.protocol.Api;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.storage.StorageEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.execution.HealthCheckExecutionResult;
import org.apache.felix.hc.api.execution.HealthCheckExecutor;
import org.apache.felix.hc.api.execution.HealthCheckSelector;
import org.apache.felix.service.command.Function;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.FrameworkWiring;

/** Asks the OSGi framework. */
final class FrameworkPlatform implements Platform {
  private static final int REFRESH_SECONDS = 120;
  private static final String OURS = "io.margay.";
  private final BundleContext context;

  FrameworkPlatform(BundleContext context) {
    this.context = context;
  }

  @Override
  public List<String> storageEngines() {
    List<String> names = new ArrayList<>();
    for (ServiceReference<StorageEngine> reference : references(StorageEngine.class)) {
      Object name = reference.getProperty(StorageEngine.NAME_PROPERTY);
      names.add(name == null ? reference.getBundle().getSymbolicName() : name.toString());
    }
    names.sort(Comparator.naturalOrder());
    return names;
  }

  @Override
  public List<OtherCommand> otherCommands() {
    List<OtherCommand> others = new ArrayList<>();
    for (ServiceReference<Function> reference : references(Function.class)) {
      if (reference.getProperty("margay.usage") instanceof String usage) {
        Object options = reference.getProperty("margay.options");
        others.add(new OtherCommand(String.valueOf(reference.getProperty("margay.command")),
            String.valueOf(reference.getProperty("osgi.command.description")), usage,
            options instanceof String[] names ? List.of(names) : List.of(), "file".equals(reference.getProperty("margay.arguments"))));
      }
    }
    return others;
  }

  @Override
  public List<Check> health(String tag) {
    ServiceReference<HealthCheckExecutor> reference = context.getServiceReference(HealthCheckExecutor.class);
    HealthCheckExecutor executor = reference == null ? null : context.getService(reference);
    if (executor == null) {
      return null;
    }
    try {
      HealthCheckSelector selector = tag == null ? HealthCheckSelector.empty() : HealthCheckSelector.tags(tag);
      return executor.execute(selector).stream().map(FrameworkPlatform::check).toList();
    } finally {
      context.ungetService(reference);
    }
  }

  private static Check check(HealthCheckExecutionResult executed) {
    Result result = executed.getHealthCheckResult();
    List<String> messages = new ArrayList<>();
    result.forEach(entry -> messages.add(entry.getMessage()));
    List<String> tags = executed.getHealthCheckMetadata().getTags();
    boolean healthy = result.getStatus() == Result.Status.OK || result.getStatus() == Result.Status.WARN;
    return new Check(executed.getHealthCheckMetadata().getName(), tags == null ? List.of() : tags, result.getStatus().name(), healthy,
        messages);
  }

  @Override
  public void refresh(List<String> names) throws InterruptedException {
    List<Bundle> chosen = new ArrayList<>();
    for (String name : names) {
      List<Bundle> found = Arrays.stream(context.getBundles())
          .filter(b -> name.equals(b.getSymbolicName()) || name.equals(String.valueOf(b.getBundleId()))).toList();
      if (found.isEmpty()) {
        throw new ShellException("there is no bundle " + name + "; see lb");
      }
      chosen.addAll(found);
    }
    CountDownLatch done = new CountDownLatch(1);
    context.getBundle(Constants.SYSTEM_BUNDLE_ID).adapt(FrameworkWiring.class).refreshBundles(chosen.isEmpty() ? null : chosen,
        event -> done.countDown());
    if (!done.await(REFRESH_SECONDS, TimeUnit.SECONDS)) {
      throw new ShellException("the refresh has not ended after " + REFRESH_SECONDS + " s; it goes on, see the log");
    }
  }

  @Override
  public List<Part> parts() {
    List<Part> parts = new ArrayList<>();
    for (Bundle bundle : context.getBundles()) {
      String name = bundle.getSymbolicName();
      if (name != null && name.startsWith(OURS)) {
        parts.add(new Part(name.substring(OURS.length()), bundle.getVersion().toString(), state(bundle.getState())));
      }
    }
    parts.sort(Comparator.comparing(Part::name));
    return parts;
  }

  @Override
  public Map<Short, String> apiNames() {
    Map<Short, String> names = new TreeMap<>();
    for (ServiceReference<ApiHandler> reference : references(ApiHandler.class)) {
      ApiHandler handler = context.getService(reference);
      if (handler != null) {
        Api api = handler.api();
        names.put(api.key(), api.name());
        context.ungetService(reference);
      }
    }
    return names;
  }

  private <S> List<ServiceReference<S>> references(Class<S> type) {
    try {
      return List.copyOf(context.getServiceReferences(type, null));
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException("no filter was given", e);
    }
  }

  private static String state(int state) {
    return switch (state) {
      case Bundle.ACTIVE -> "active";
      case Bundle.INSTALLED -> "installed";
      case Bundle.RESOLVED -> "resolved";
      case Bundle.STARTING -> "starting";
      case Bundle.STOPPING -> "stopping";
      default -> "uninstalled";
    };
  }
}
