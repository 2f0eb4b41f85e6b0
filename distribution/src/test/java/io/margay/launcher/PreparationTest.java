package io.margay.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;

class PreparationTest {
  private static final List<String> DONE = new ArrayList<>();

  /** What a bundle names in its manifest. */
  public static final class Named implements Runnable {
    @Override
    public void run() {
      DONE.add("run");
    }
  }

  @BeforeEach
  void forget() {
    DONE.clear();
  }

  /** A bundle that loads this test's classes, and notes which. */
  private static Bundle bundle(String header, String value) {
    return bundle(Bundle.RESOLVED, header, value);
  }

  private static Bundle bundle(int state, String header, String value) {
    Dictionary<String, String> headers = new Hashtable<>();
    headers.put(header, value);
    Class<?>[] types = {Bundle.class};
    return (Bundle) Proxy.newProxyInstance(PreparationTest.class.getClassLoader(), types, (self, method, args) ->
        switch (method.getName()) {
          case "getHeaders" -> headers;
          case "getState" -> state;
          case "loadClass" -> {
            DONE.add((String) args[0]);
            yield Class.forName((String) args[0]);
          }
          case "toString" -> "a bundle";
          default -> throw new UnsupportedOperationException(method.getName());
        });
  }

  @Test
  void runsWhatIsNamedThenLoadsComponents() {
    Bundle components = bundle("Service-Component", "OSGI-INF/java.lang.String.xml, OSGI-INF/java.lang.Integer.xml");
    Preparation.run(List.of(components, bundle("Margay-Prepare", Named.class.getName())));
    assertThat(DONE).containsExactly(Named.class.getName(), "run", "java.lang.String", "java.lang.Integer");
  }

  @Test
  void passesOverWhatCannotBeLoaded() {
    Bundle odd = bundle("Service-Component", "OSGI-INF/*.xml,OSGI-INF/named.otherwise.xml");
    Bundle good = bundle("Service-Component", "OSGI-INF/java.lang.Long.xml");
    Preparation.run(List.of(bundle("Margay-Prepare", "no.such.Class"), odd, good));
    assertThat(DONE).containsExactly("no.such.Class", "*", "java.lang.Long");
  }

  /** Loading from it would resolve it beside the thread that starts bundles, which may then fail to start one. */
  @Test
  void leavesAloneWhatIsNotResolved() {
    Bundle named = bundle(Bundle.INSTALLED, "Margay-Prepare", Named.class.getName());
    Bundle components = bundle(Bundle.INSTALLED, "Service-Component", "OSGI-INF/java.lang.Long.xml");
    Preparation.run(List.of(named, components));
    assertThat(DONE).isEmpty();
  }
}
