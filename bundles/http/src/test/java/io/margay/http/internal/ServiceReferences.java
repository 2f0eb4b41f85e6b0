package io.margay.http.internal;

import java.lang.reflect.Proxy;
import java.util.Map;
import org.osgi.framework.ServiceReference;

/** References to services that are not there. */
final class ServiceReferences {
  private ServiceReferences() { }

  /** Of a health check. */
  static ServiceReference<?> named(String name) {
    Map<String, Object> properties = Map.of("hc.name", name, "service.id", 1L);
    return (ServiceReference<?>) Proxy.newProxyInstance(ServiceReferences.class.getClassLoader(), new Class<?>[] {ServiceReference.class},
        (proxy, method, arguments) -> method.getName().equals("getProperty") ? properties.get(arguments[0]) : null);
  }
}
