package io.margay.shell.internal;

import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings of the shell. */
@DefinesSettings
public final class ShellSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Shell");

  /** {@code margay.shell.role}. */
  static final Setting<String> MARGAY_SHELL_ROLE = ALL.broker(STRING, "margay.shell.role", "admin").live()
      .matching("view|operate|admin", "view, operate or admin")
      .doc("The most that anyone may do at a shell: view, operate or admin. A socket for a role, or the roles of a user who has logged in to Karaf,"
          + " may allow less. At the console, and over the socket in the data directory, which only the user of the process may open, it is all that counts.");
  /** {@code margay.shell.principal}. */
  static final Setting<String> MARGAY_SHELL_PRINCIPAL = ALL.broker(STRING, "margay.shell.principal", "").live()
      .matching("([^:\\s]+:.+)?", "a principal such as User:ops, or nothing")
      .doc("The principal whose ACLs count for requests of the shell, such as User:ops. Without it they may do everything, and are recorded with "
          + "the principal Shell:<user of the process>. Requests to other brokers are sent by the principal of this broker.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
