package io.margay.deploy.internal;

import java.security.AccessController;
import java.util.List;
import java.util.function.Function;
import javax.security.auth.Subject;
import org.apache.felix.service.command.CommandSession;
import org.osgi.framework.BundleContext;

/**
 * Whether a user of a shell may run a command of this bundle. The rule is that of {@code ShellUsers} in the bundle {@code shell}, with which this one has no
 * class in common, because it has to work while that is replaced: the least of {@code margay.shell.role}, the role that a socket says in the session, and
 * those of who has logged in to Karaf. While the settings or the shell are not there, the setting does not count, so that a node that lost them in a
 * deployment can be put right. Stateless.
 */
final class Roles {
  static final String ADMIN = "admin";
  static final String VIEW = "view";

  /** From the least to the most. */
  private static final List<String> ALL = List.of(VIEW, "operate", ADMIN);

  private Roles() { }

  /** @throws DeployException when the session's role is too small */
  static void require(BundleContext context, CommandSession session, String command, String needed) throws DeployException {
    Object given = session == null ? null : session.get("margay.role");
    for (Object role : new Object[] {given, setting(context)}) {
      if (role != null && ALL.indexOf(role.toString()) < ALL.indexOf(needed)) {
        throw new DeployException(command + " needs the role " + needed + ", and this session has " + role);
      }
    }
    List<String> karaf = karafRoles();
    if (karaf != null && !karaf.contains(ADMIN)
        && !(needed.equals(VIEW) && (karaf.contains("viewer") || karaf.contains("manager")))) {
      throw new DeployException(command + " needs the role " + needed + ", and this user has not got it");
    }
  }

  /** The most that anyone may do; null where that is not known. */
  @SuppressWarnings("unchecked")
  private static Object setting(BundleContext context) {
    return Services.call(context, Function.class, "(margay.settings=values)", values -> values.apply("margay.shell.role"), null);
  }

  /** Null where nobody has logged in with roles. The class of the principals is Karaf's, and known here by its name alone. */
  private static List<String> karafRoles() {
    Subject subject = current();
    if (subject == null) {
      return null;
    }
    List<String> roles = subject.getPrincipals().stream().filter(p -> p.getClass().getSimpleName().equals("RolePrincipal"))
        .map(java.security.Principal::getName).toList();
    return roles.isEmpty() ? null : roles;
  }

  /** With a method that newer versions of Java have, and else with one that the newest refuse. */
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
}
