package io.margay.security.internal.kerberos;

import io.margay.spi.security.JaasConfig;
import java.util.HashMap;
import java.util.Map;
import javax.security.auth.Subject;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.Configuration;
import javax.security.auth.login.LoginContext;
import javax.security.auth.login.LoginException;

/**
 * The keys that a broker accepts tickets with, from the {@code keyTab} and {@code principal} of {@code sasl.jaas.config}, by the Java runtime's own
 * login module. No ticket is asked for, so nothing expires, and no key server is needed. The file is read again by the Java runtime when it changes.
 *
 * @param text the setting that they come from
 * @param subject has them
 */
record KerberosKeys(String text, Subject subject) {
  private static final String MODULE = "com.sun.security.auth.module.Krb5LoginModule";

  /** @throws IllegalStateException when the setting names no keys; the message has no secret */
  static KerberosKeys of(String text, String serviceName) {
    if (text == null || text.isEmpty()) {
      throw new IllegalStateException("sasl.jaas.config of GSSAPI is not set: it has to name keyTab and principal");
    }
    JaasConfig config = JaasConfig.parse(text);
    String keyTab = config.option("keyTab");
    String principal = config.option("principal");
    if (keyTab == null || principal == null) {
      throw new IllegalStateException("sasl.jaas.config of GSSAPI has to name keyTab and principal");
    }
    if (serviceName != null && !principal.startsWith(serviceName + "/") && !principal.startsWith(serviceName + "@")) {
      throw new IllegalStateException("the principal " + principal + " does not begin with sasl.kerberos.service.name=" + serviceName);
    }
    Map<String, String> options = new HashMap<>(Map.of("useKeyTab", "true", "storeKey", "true", "isInitiator", "false", "doNotPrompt", "true",
        "keyTab", keyTab, "principal", principal));
    Configuration only = new Configuration() {
      @Override
      public AppConfigurationEntry[] getAppConfigurationEntry(String name) {
        return new AppConfigurationEntry[] {
            new AppConfigurationEntry(MODULE, AppConfigurationEntry.LoginModuleControlFlag.REQUIRED, options)};
      }
    };
    try {
      LoginContext context = new LoginContext("margay", new Subject(), null, only);
      context.login();
      return new KerberosKeys(text, context.getSubject());
    } catch (LoginException e) {
      throw new IllegalStateException("the keys of " + principal + " in " + keyTab + " cannot be used: " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return "KerberosKeys[" + subject.getPrincipals() + "]";
  }
}
