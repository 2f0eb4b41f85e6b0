package io.margay.deploy.internal;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.security.PrivilegedExceptionAction;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import javax.security.auth.Subject;
import org.apache.felix.service.command.CommandSession;
import org.junit.jupiter.api.Test;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

class RolesTest {
  /** Has the simple name of Karaf's class. */
  private record RolePrincipal(String name) implements java.security.Principal {
    @Override
    public String getName() {
      return name;
    }
  }

  private static CommandSession session(String role) {
    return (CommandSession) Proxy.newProxyInstance(RolesTest.class.getClassLoader(), new Class<?>[] {CommandSession.class},
        (proxy, method, arguments) -> method.getName().equals("get") ? role : null);
  }

  /** Settings with this value; null for none. */
  private static BundleContext settings(String role) {
    Function<String, String> values = name -> name.equals("margay.shell.role") ? role : null;
    return context(values);
  }

  /** With this service of the settings; null for none. */
  private static BundleContext context(Function<String, String> values) {
    return (BundleContext) Proxy.newProxyInstance(RolesTest.class.getClassLoader(), new Class<?>[] {BundleContext.class},
        (proxy, method, arguments) -> switch (method.getName()) {
          case "getServiceReferences" -> values == null ? List.of() : List.of(reference());
          case "getService" -> values;
          default -> true;
        });
  }

  private static ServiceReference<?> reference() {
    return (ServiceReference<?>) Proxy.newProxyInstance(RolesTest.class.getClassLoader(), new Class<?>[] {ServiceReference.class}, (proxy, method, arguments) -> null);
  }

  @Test
  void theRoleOfASocketCounts() throws Exception {
    Roles.require(settings(null), null, "deploy", Roles.ADMIN);
    Roles.require(settings(null), session(null), "deploy", Roles.ADMIN);
    Roles.require(settings(null), session("view"), "deploy:history", Roles.VIEW);
    assertThatThrownBy(() -> Roles.require(settings(null), session("operate"), "deploy", Roles.ADMIN)).hasMessageContaining("needs the role admin");
  }

  @Test
  void noSessionHasMoreThanTheSettingOfTheShell() throws Exception {
    Roles.require(settings("view"), null, "deploy:history", Roles.VIEW);
    for (CommandSession session : new CommandSession[] {null, session(null), session("admin")}) {
      assertThatThrownBy(() -> Roles.require(settings("operate"), session, "deploy", Roles.ADMIN))
          .hasMessage("deploy needs the role admin, and this session has operate");
    }
    Subject admin = new Subject(true, Set.of(new RolePrincipal("admin")), Set.of(), Set.of());
    assertThatThrownBy(() -> as(admin, settings("view"), "deploy", Roles.ADMIN)).hasRootCauseInstanceOf(DeployException.class);
    Roles.require(settings("admin"), null, "deploy", Roles.ADMIN);
    assertThatThrownBy(() -> Roles.require(settings("admin"), session("operate"), "deploy", Roles.ADMIN)).isInstanceOf(DeployException.class);
  }

  @Test
  void withoutTheSettingsTheSessionCounts() throws Exception {
    BundleContext none = context(null);
    Roles.require(none, null, "deploy:undo", Roles.ADMIN);
    assertThatThrownBy(() -> Roles.require(none, session("view"), "deploy", Roles.ADMIN)).isInstanceOf(DeployException.class);
  }

  @Test
  void theRolesOfAUserOfKarafCount() throws Exception {
    as("admin", "deploy", Roles.ADMIN);
    as("viewer", "deploy:history", Roles.VIEW);
    assertThatThrownBy(() -> as("manager", "deploy", Roles.ADMIN)).hasRootCauseMessage("deploy needs the role admin, and this user has not got it");
    assertThatThrownBy(() -> as("ssh", "deploy:history", Roles.VIEW)).hasRootCauseInstanceOf(DeployException.class);
  }

  private static void as(String role, String command, String needed) throws Exception {
    as(new Subject(true, Set.of(new RolePrincipal(role)), Set.of(), Set.of()), settings(null), command, needed);
  }

  @SuppressWarnings("removal")
  private static void as(Subject user, BundleContext settings, String command, String needed) throws Exception {
    Subject.doAs(user, (PrivilegedExceptionAction<Void>) () -> {
      Roles.require(settings, null, command, needed);
      return null;
    });
  }
}
