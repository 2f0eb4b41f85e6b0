package io.margay.deploy.internal;

import java.util.function.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** Calls services of JDK types, so that no contract is imported. */
final class Services {
  private Services() { }

  /**
   * @param filter what the service has as properties
   * @param call what to do with the first one that is there
   * @param otherwise the result while there is none
   */
  static <S, R> R call(BundleContext context, Class<S> type, String filter, Function<S, R> call, R otherwise) {
    try {
      for (ServiceReference<S> reference : context.getServiceReferences(type, filter)) {
        S service = context.getService(reference);
        if (service != null) {
          try {
            return call.apply(service);
          } finally {
            context.ungetService(reference);
          }
        }
      }
      return otherwise;
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
