package io.margay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

class BundleConverterTest {
  private static final Bundle GROUPS = (Bundle) Proxy.newProxyInstance(BundleConverterTest.class.getClassLoader(),
      new Class<?>[] {Bundle.class}, (p, method, args) -> method.getName().equals("getSymbolicName") ? "io.margay.groups" : null);
  private final BundleConverter converter = new BundleConverter((BundleContext) Proxy.newProxyInstance(
      BundleConverterTest.class.getClassLoader(), new Class<?>[] {BundleContext.class}, (p, method, args) ->
          method.getName().equals("getBundles") ? new Bundle[] {GROUPS} : (Long) args[0] == 30 ? GROUPS : null));

  @Test
  void aBundleIsFoundByNumberAndByName() {
    assertThat(converter.convert(Bundle.class, "30")).isSameAs(GROUPS);
    assertThat(converter.convert(Bundle.class, "io.margay.groups")).isSameAs(GROUPS);
    assertThat(converter.convert(Bundle.class, "31")).isNull();
    assertThat(converter.convert(Bundle.class, "io.margay.group")).isNull();
    assertThat(converter.convert(Bundle.class, "99999999999999999999")).isNull();
    assertThat(converter.convert(String.class, "30")).isNull();
  }
}
