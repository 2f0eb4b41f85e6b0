package io.margay.deploy.internal;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.security.PrivilegedExceptionAction;
import java.util.Set;
import javax.security.auth.Subject;
import org.apache.felix.service.command.CommandSession;
import org.junit.jupiter.api.Test;

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

  @Test
  void theRoleOfASocketCounts() throws Exception {
    Roles.require(null, "deploy", Roles.ADMIN);
    Roles.require(session(null), "deploy", Roles.ADMIN);
    Roles.require(session("view"), "deploy:history", Roles.VIEW);
    assertThatThrownBy(() -> Roles.require(session("operate"), "deploy", Roles.ADMIN)).hasMessageContaining("needs the role admin");
  }

  @Test
  void theRolesOfAUserOfKarafCount() throws Exception {
    as("admin", "deploy", Roles.ADMIN);
    as("viewer", "deploy:history", Roles.VIEW);
    assertThatThrownBy(() -> as("manager", "deploy", Roles.ADMIN)).hasRootCauseMessage("deploy needs the role admin, and this user has not got it");
    assertThatThrownBy(() -> as("ssh", "deploy:history", Roles.VIEW)).hasRootCauseInstanceOf(DeployException.class);
  }

  @SuppressWarnings("removal")
  private static void as(String role, String command, String needed) throws Exception {
    Subject.doAs(new Subject(true, Set.of(new RolePrincipal(role)), Set.of(), Set.of()), (PrivilegedExceptionAction<Void>) () -> {
      Roles.require(null, command, needed);
      return null;
    });
  }
}
