package io.margay.security.internal.kerberos;

import static io.margay.spi.config.SettingType.LIST;
import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import java.util.List;

/** Settings of GSSAPI. Each may be given for a single listener. */
@DefinesSettings
public final class KerberosSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Logins with Kerberos (GSSAPI)");

  static final Setting<String> SERVICE_NAME = ALL.broker(STRING, "sasl.kerberos.service.name", null).perBroker()
      .doc("The first part of the broker's name in Kerberos, such as kafka. When it is set, the principal in sasl.jaas.config must begin with it.");
  static final Setting<List<String>> RULES = ALL.broker(LIST, "sasl.kerberos.principal.to.local.rules", List.of("DEFAULT")).perBroker()
      .doc("How names in Kerberos become users' names: a list of RULE:[n:format](pattern)s/from/to/g/L or U, and DEFAULT, which takes the first"
          + " part of names of the default realm. The first rule that matches is used; a client whose name none matches is refused.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
