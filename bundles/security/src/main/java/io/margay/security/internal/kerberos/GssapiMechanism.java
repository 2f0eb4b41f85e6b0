package io.margay.security.internal.kerberos;

import io.margay.spi.config.ListenerValues;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.SettingValues;
import io.margay.spi.security.SaslLogin;
import io.margay.spi.security.SaslMechanism;
import io.margay.spi.security.SaslSettings;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.security.auth.kerberos.KerberosPrincipal;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * GSSAPI: clients show a ticket of Kerberos. Settings are read at each login. A thread of its own, which ends when it is idle, does the work,
 * because the Java runtime may read files for it.
 *
 * <p>When this bundle is updated, logins that have begun end with it, and others wait for the next one; connections that have logged in stay.
 */
@Component(property = "name=" + GssapiMechanism.NAME)
public final class GssapiMechanism implements SaslMechanism {
  static final String NAME = "GSSAPI";
  private static final String SERVICE = "kafka";
  private static final int MAX_WAITING = 256;
  private static final long IDLE_MS = 10_000;

  private final NodeSettings settings;
  private final ThreadPoolExecutor thread;
  /** By listener, of which there are few; used on the thread alone. */
  private final Map<String, KerberosKeys> keys = new HashMap<>();

  /** @param settings name the keys */
  @Activate
  public GssapiMechanism(@Reference NodeSettings settings) {
    this.settings = settings;
    this.thread = new ThreadPoolExecutor(1, 1, IDLE_MS, TimeUnit.MILLISECONDS, new ArrayBlockingQueue<>(MAX_WAITING), task -> {
      Thread made = new Thread(task, "gssapi");
      made.setDaemon(true);
      return made;
    });
    thread.allowCoreThreadTimeOut(true);
  }

  @Override
  public SaslLogin begin(Client client) {
    SettingValues values = new ListenerValues(settings, client.listener(), NAME);
    String name = values.get(KerberosSettings.SERVICE_NAME);
    return new GssapiLogin(() -> keys(client.listener(), values.get(SaslSettings.SASL_JAAS_CONFIG), name),
        () -> KerberosRules.parse(values.get(KerberosSettings.RULES), GssapiMechanism::defaultRealm), name == null ? SERVICE : name, thread);
  }

  private KerberosKeys keys(String listener, String text, String serviceName) {
    KerberosKeys known = keys.get(listener);
    if (known == null || !known.text().equals(text)) {
      known = KerberosKeys.of(text, serviceName);
      keys.put(listener, known);
    }
    return known;
  }

  /** That of krb5.conf; empty when there is none. */
  private static String defaultRealm() {
    try {
      return new KerberosPrincipal("any").getRealm();
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  /** Ends; what has begun is answered. */
  @Deactivate
  public void deactivate() {
    thread.shutdown();
  }
}
