package io.margay.config.internal;

import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;
import static io.margay.spi.config.SettingType.LONG;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import java.util.List;

/**
 * Settings of the bundles {@code deploy} and {@code console}. They are here because those bundles use no contract: they would be refreshed with the contracts that are
 * replaced. They read the values through {@link SettingTexts}.
 */
@DefinesSettings
public final class DeploySettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Deployments");

  /** {@code margay.deploy.watch.ms}. */
  public static final Setting<Long> MARGAY_DEPLOY_WATCH_MS = ALL.broker(LONG, "margay.deploy.watch.ms", 10_000L).from(0).live()
      .doc("Milliseconds for which deploy watches a new version, unless --watch says otherwise. 0 means not at all.");
  /** {@code margay.deploy.copies}. */
  public static final Setting<Integer> MARGAY_DEPLOY_COPIES = ALL.broker(INT, "margay.deploy.copies", 10).from(1).live()
      .doc("Copies of replaced bundles that deploy keeps for deploy:undo; the oldest ones are deleted. Those of the last deployment are "
          + "always kept.");
  /** {@code margay.deploy.copies.bytes}. */
  public static final Setting<Long> MARGAY_DEPLOY_COPIES_BYTES = ALL.broker(LONG, "margay.deploy.copies.bytes", 268_435_456L).from(0).live()
      .doc("Bytes that these copies may take together.");

  /** {@code margay.shell.role.sockets}, which the bundle {@code console} reads, for the same reason. */
  public static final Setting<List<String>> MARGAY_SHELL_ROLE_SOCKETS = ALL.broker(LIST, "margay.shell.role.sockets", List.<String>of())
      .matching("((view|operate)(,(view|operate))*)?", "a list of view and operate")
      .doc("Roles for which the shell has a socket in the data directory, shell-view.sock or shell-operate.sock, that the group of the process may "
          + "open: a list of view and operate.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
