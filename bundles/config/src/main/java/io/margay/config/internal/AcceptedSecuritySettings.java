package io.margay.config.internal;

import static io.margay.spi.config.SettingType.BOOLEAN;
import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings of authorization that do nothing here. */
final class AcceptedSecuritySettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Security, without effect");

  /** {@code authorizer.class.name}. */
  public static final Setting<String> AUTHORIZER_CLASS_NAME = ALL.broker(STRING, "authorizer.class.name", "").inert()
      .doc("Class of Kafka's authorizer. When empty, every client may do everything.");
  /** {@code super.users}. */
  public static final Setting<String> SUPER_USERS = ALL.broker(STRING, "super.users", "").inert()
      .doc("Principals that may do everything, separated by semicolons, such as User:admin.");
  /** {@code allow.everyone.if.no.acl.found}. */
  public static final Setting<Boolean> ALLOW_EVERYONE_IF_NO_ACL_FOUND =
      ALL.broker(BOOLEAN, "allow.everyone.if.no.acl.found", false).inert()
      .doc("Whether every client may use a resource that has no access control list.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
