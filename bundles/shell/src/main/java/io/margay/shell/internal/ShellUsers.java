package io.margay.shell.internal;

import io.margay.spi.client.LocalClient;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.handler.Principal;
import java.net.InetAddress;
import java.security.AccessController;
import java.util.List;
import javax.security.auth.Subject;
import org.apache.felix.service.command.CommandSession;

/**
 * Who is at a shell, and in which role: the least of those that are given. {@code margay.shell.role} is one for all, by default admin, because the console
 * and the socket are open to the user of the process alone. A socket for a role says it in the session, in a variable that any user of the session can set. Karaf says
 * it by the roles of who has logged in (viewer, manager, admin).
 */
final class ShellUsers {
  /** The variable of a session that a socket for a role sets. */
  static final String ROLE = "margay.role";
  private static final String KARAF_ROLES = "RolePrincipal";

  private final NodeSettings settings;

  ShellUsers(NodeSettings settings) {
    this.settings = settings;
  }

  /** The role of a session; null for none. */
  Role role(CommandSession session) {
    Object given = session == null ? null : session.get(ROLE);
    Role most = Role.of(settings.get(ShellSettings.MARGAY_SHELL_ROLE));
    most = given == null ? most : least(most, Role.of(given.toString()));
    List<String> roles = karafRoles();
    if (roles == null) {
      return most;
    }
    Role granted = roles.contains("admin") ? Role.ADMIN : roles.contains("manager") ? Role.OPERATE : roles.contains("viewer") ? Role.VIEW : null;
    return granted == null ? null : least(most, granted);
  }

  private static Role least(Role a, Role b) {
    return a.includes(b) ? b : a;
  }

  /** Null where nobody has logged in with roles. The class of the principals is Karaf's, and known here by its name alone. */
  private static List<String> karafRoles() {
    Subject subject = current();
    if (subject == null) {
      return null;
    }
    List<String> roles = subject.getPrincipals().stream().filter(p -> p.getClass().getSimpleName().equals(KARAF_ROLES))
        .map(java.security.Principal::getName).toList();
    return roles.isEmpty() ? null : roles;
  }

  /** Who runs the command, as Karaf passes it on: with a method that newer versions of Java have, and else with one that the newest refuse. */
  @SuppressWarnings("removal")
  private static Subject current() {
    try {
      return (Subject) Subject.class.getMethod("current").invoke(null);
    } catch (NoSuchMethodException e) {
      return Subject.getSubject(AccessController.getContext()); // Java 17
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("who has logged in cannot be told", e);
    }
  }

  /** As whom commands send requests. */
  LocalClient.Caller caller(CommandSession session) {
    String set = settings.get(ShellSettings.MARGAY_SHELL_PRINCIPAL).trim();
    int colon = set.indexOf(':');
    Object user = session == null ? null : session.get("USER");
    Principal principal = colon > 0 ? new Principal(set.substring(0, colon), set.substring(colon + 1))
        : new Principal("Shell", user == null ? System.getProperty("user.name", "") : user.toString());
    return new LocalClient.Caller(principal, InetAddress.getLoopbackAddress(), "margay-shell", colon <= 0);
  }
}
